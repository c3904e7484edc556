import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkLicence, checkReasons, checkScripts } from "../src/check-dependencies.ts";
import { installedPackages, packagesWith } from "../src/installed-packages.ts";
import type { InstalledPackage } from "../src/installed-packages.ts";
import { repository } from "./altered-copy.ts";

const permissive = new Set(["MIT", "ISC"]);

function packageWith(manifest: InstalledPackage["manifest"]): InstalledPackage {
  return { name: "some@1.0.0", folder: "/nowhere", manifest };
}

test("the check of dependencies finds a dependency without a reason and a reason without a dependency", () => {
  const text = ["| package | what for |", "| --- | --- |", "| `yaml`, `ajv` | read and validate |", "| `pg` | |"].join(
    "\n",
  );
  const named = new Map([
    ["yaml", "scripts/package.json"],
    ["pg", "docs/package.json"],
    ["left-pad", "packages/http/package.json"],
  ]);
  expect(checkReasons(text, named)).toEqual([
    "docs/project/dependencies.md: does not say what pg is for, which docs/package.json names",
    "docs/project/dependencies.md: does not say what left-pad is for, which packages/http/package.json names",
    "docs/project/dependencies.md: has ajv, which no manifest names",
  ]);
});

test.each(["GPL-3.0-only", "(GPL-2.0 OR AGPL-3.0)", "MIT AND GPL-3.0-only", "SEE LICENSE IN x", undefined])(
  "the check of dependencies refuses the licence %s",
  (license) => {
    expect(checkLicence(packageWith({ license }), permissive)).toEqual([
      `some@1.0.0: its licence is ${license ?? "not said"}`,
    ]);
  },
);

test("the check of dependencies accepts a choice of licences when one of them is permissive", () => {
  expect(checkLicence(packageWith({ license: "(GPL-3.0 OR MIT)" }), permissive)).toEqual([]);
});

test("the check of dependencies finds a script that runs at installation, and native code, which npm builds by itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "report-kit-native-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "binding.gyp"), "{}");
  const scripts = { postinstall: "node fetch.js", prepare: "tsc", test: "true" };
  expect(checkScripts({ ...packageWith({ scripts }), folder })).toEqual([
    "some@1.0.0: runs postinstall when it is installed",
    "some@1.0.0: runs node-gyp when it is installed",
  ]);
});

test("the packages installed with a package include those that our own packages depend on", () => {
  const root = mkdtempSync(join(tmpdir(), "report-kit-closure-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const write = (folder: string, manifest: object): void => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, "package.json"), JSON.stringify({ version: "1.0.0", ...manifest }));
  };
  write("packages/a", { name: "report-kit", dependencies: { "@report-kit/http": "1", gone: "1" } });
  write("packages/a/node_modules/@report-kit/http", { name: "@report-kit/http", peerDependencies: { deep: "1" } });
  write("packages/a/node_modules/deep", { name: "deep", devDependencies: { tool: "1" } });
  write("packages/a/node_modules/tool", { name: "tool" });
  expect(packagesWith(root, "packages/a").map(({ name }) => name)).toEqual(["deep@1.0.0"]);
});

test("the check of dependencies looks at the packages of a user and at those of the tools", () => {
  expect(packagesWith(repository, "packages/report-kit").map(({ name }) => name.replace(/@[^@]+$/, ""))).toEqual(
    expect.arrayContaining(["@noble/hashes", "openapi-fetch", "@zip.js/zip.js"]),
  );
  const installed = installedPackages(repository).map(({ name }) => name.replace(/@[^@]+$/, ""));
  expect(installed).toEqual(expect.arrayContaining(["vitest", "fast-uri", "@redocly/cli"]));
});
