import { expect, inject, test } from "vitest";
import budgets from "../budgets.json" with { type: "json" };
import { entries } from "../src/openapi-document.ts";
import { listProviders } from "../src/providers.ts";
import { repository } from "../test/altered-copy.ts";
import { bundleSize } from "./bundle-size.ts";
import { packedPackages } from "../src/packed-packages.ts";

const providers = listProviders(repository).map(({ name }) => name);
const { project, smallest, tarballs } = inject("packedProjects");
const packed = packedPackages(tarballs);

test("report-kit and one provider stay small when they are installed", () => {
  const { bytes, packages } = smallest;
  console.table(
    Object.fromEntries(packed.map(({ name, tarballBytes, files }) => [name, { tarballBytes, files: files.length }])),
  );
  console.log(`report-kit and one provider: ${bytes} bytes in ${packages.length} packages: ${packages.join(" ")}`);
  const budget = budgets["report-kit and one provider, installed"];
  expect(packages).toContain("report-kit");
  expect(bytes).toBeLessThanOrEqual(budget.bytes);
  expect(packages.length).toBeLessThanOrEqual(budget.packages);
});

test("what a program bundles of us stays small", async () => {
  const all = (specifier: string): string => `export * from "${specifier}";`;
  const optional = packed.flatMap(({ manifest }) => entries(manifest["peerDependenciesMeta"]).map(([name]) => name));
  const sizes = budgets.bundleBytes;
  // What needs Node, or a test, is no part of a bundle; and everything has its optional peers.
  const everything = packed
    .filter(({ name }) => name !== "@report-kit/sandbox")
    .flatMap(({ specifiers }) => specifiers)
    .filter((specifier) => !/\/(?:node|testing|schema)$/.test(specifier));
  const bundles = [
    ...providers.map((name) => {
      const specifier = `@report-kit/${name}`;
      return { what: specifier, ...sizes["provider package"], lines: [all(specifier)], external: [] };
    }),
    { what: "poll alone", ...sizes["poll alone"], lines: ['export { poll } from "report-kit";'], external: optional },
    ...providers.map((name) => {
      const lines = ["report-kit", `report-kit/${name}`].map(all);
      return { what: `with report-kit/${name}`, ...sizes["report-kit with one adapter"], lines, external: optional };
    }),
    {
      what: "everything",
      ...sizes.everything,
      lines: everything.map((specifier, index) => `export * as part${index} from "${specifier}";`),
      external: [],
    },
  ];
  const rows = await Promise.all(
    bundles.map(async ({ what, goal, budget, lines, external }) => {
      const bytes = await bundleSize(project, lines, external);
      return { what, bytes, budget, goal, isGoalReached: bytes <= goal };
    }),
  );
  console.table(rows);
  expect(rows.filter(({ bytes, budget }) => bytes > budget)).toEqual([]);
  // A bundle that holds nothing would be small, too.
  expect(Math.min(...rows.map(({ bytes }) => bytes))).toBeGreaterThan(1000);
});
