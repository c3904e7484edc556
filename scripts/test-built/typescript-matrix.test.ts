import { join } from "node:path";
import { expect, inject, test } from "vitest";
import budgets from "../budgets.json" with { type: "json" };
import { repository } from "../test/altered-copy.ts";
import { compile, writeEveryEntry } from "./compile.ts";
import type { Resolution } from "./compile.ts";
import { inMatrix } from "./matrix.ts";
import { packedPackages } from "../src/packed-packages.ts";

const { project, tarballs } = inject("packedProjects");
const budget = budgets["instantiations of a program with every package"];
const compilers = [
  ["5.9.3", join(repository, "scripts/node_modules/typescript")],
  ["6.0.3", inMatrix("typescript6")],
  ["7.0.2", join(repository, "node_modules/typescript")],
] as const;
const settings: readonly (readonly [Resolution, boolean])[] = [
  ["nodenext", false],
  ["nodenext", true],
  ["bundler", false],
  ["bundler", true],
];

writeEveryEntry(
  project,
  packedPackages(tarballs).flatMap(({ specifiers }) => specifiers),
);

test.each(
  compilers.flatMap(([version, compiler]) => settings.map((setting) => [version, ...setting, compiler] as const)),
)(
  "TypeScript %s compiles a program with every package, without skipLibCheck: %s, Node's types %s",
  async (_version, resolution, withNode, compiler) => {
    const { complaints, instantiations } = await compile(compiler, project, resolution, withNode);
    expect(complaints).toBe("");
    if (!withNode) expect(instantiations).toBeLessThanOrEqual(budget);
  },
);
