import { expect, inject, test } from "vitest";
import { bundleWithVite, bundleWithWebpack } from "./bundle-program.ts";
import { bundleProblems } from "./bundles.ts";

const { project } = inject("packedProjects");

test.each([
  ["vite", bundleWithVite],
  ["webpack", bundleWithWebpack],
] as const)("%s bundles a program without a warning, with the one provider that it uses", async (name, bundle) => {
  expect(await bundleProblems(name, bundle, project)).toEqual([]);
});
