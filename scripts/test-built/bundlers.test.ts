import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { bundleWithEsbuild, bundleWithVite, bundleWithWebpack } from "./bundle-program.ts";
import type { Bundler } from "./bundle-program.ts";
import { bundleProblems } from "./bundles.ts";
import { withMatrix } from "./matrix.ts";

const { project } = inject("packedProjects");

const bundlers: readonly (readonly [string, Bundler])[] = [
  ["esbuild", bundleWithEsbuild],
  ...(withMatrix
    ? ([
        ["vite", bundleWithVite],
        ["webpack", bundleWithWebpack],
      ] as const)
    : []),
];

test.each(bundlers)(
  "%s bundles a program without a warning, with the one provider that it uses",
  async (name, bundle) => {
    expect(await bundleProblems(name, bundle, project)).toEqual([]);
  },
);

test("the check of bundles finds a bundle that has another provider in it or lacks its own", async () => {
  writeFileSync(
    join(project, "stowaway.mjs"),
    'export * from "@report-kit/circle"; export * from "@report-kit/monato";',
  );
  const withStowaway: Bundler = (folder, _program, destination) =>
    bundleWithEsbuild(folder, "stowaway.mjs", destination);
  expect(await bundleProblems("stowaway", withStowaway, project)).toEqual(
    expect.arrayContaining(["begateway: is not in it", "circle: has monato in it", "monato: has circle in it"]),
  );
});
