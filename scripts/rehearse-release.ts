// Rehearses two releases from end to end on this machine: `node scripts/rehearse-release.ts`.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { consume, makeProject, packageManagers } from "./src/consumer-projects.ts";
import type { PackageManager } from "./src/consumer-projects.ts";
import { publishTo, startLoopbackRegistry } from "./src/loopback-registry.ts";
import type { LoopbackRegistry } from "./src/loopback-registry.ts";
import { readDocument } from "./src/openapi-document.ts";
import { packPackages } from "./src/packed-packages.ts";
import { copyForRelease, versionPackages, writeChangeset } from "./src/release-copy.ts";
import { runCommand } from "./src/run-command.ts";
import { output } from "./src/run-program.ts";

const root = join(import.meta.dirname, "..");
const modules = join(import.meta.dirname, "matrix/node_modules");
const programs = join(import.meta.dirname, "test-built/consumer");

/** What a user's program must say: a verified report of each of five sources, four of them made, none twice. */
const expectedReports = { areVerified: [true, true, true, true, true], made: 4, violations: 0 };

type Versions = Readonly<Record<string, string>>;

await runCommand(async () => {
  const folder = mkdtempSync(join(tmpdir(), "report-kit-rehearsal-"));
  const upstream = (await output("npm", ["config", "get", "registry"], root)).trim();
  const registry = await startLoopbackRegistry(join(modules, "verdaccio/bin/verdaccio"), folder, upstream);
  try {
    const copy = join(folder, "copy");
    mkdirSync(copy);
    const pnpm = String(readDocument(root, "package.json")["packageManager"]);
    await copyForRelease(root, copy, pnpm);
    const managers = packageManagers(pnpm, modules, registry.url);
    for (const manager of managers) makeProject(manager, join(folder, manager.name), programs);

    const first = await release(copy, join(folder, "first"), registry, {});
    await install(managers, folder, first, registry);
    // What most depend on changes its minor version: below 1.0 that takes all others along.
    writeChangeset(copy, { "@report-kit/http": "minor" }, "A second version.");
    const second = await release(copy, join(folder, "second"), registry, first);
    const kept = Object.keys(first).filter((name) => first[name] === second[name]);
    if (!isDeepStrictEqual(kept, ["@report-kit/sandbox"]))
      throw new Error(`The second release should leave the sandbox alone as it was, not ${kept.join(", ")}.`);
    await install(managers, folder, second, registry);
    console.log("The rehearsal passed. Nothing left this machine.");
  } finally {
    await registry.close();
    rmSync(folder, { recursive: true });
  }
  return 0;
});

/** Versions, packs and publishes the packages that are not published in their version yet. */
async function release(
  copy: string,
  tarballs: string,
  registry: LoopbackRegistry,
  before: Versions,
): Promise<Versions> {
  const versions = await versionPackages(copy);
  mkdirSync(tarballs);
  const packed = (await packPackages(copy, tarballs)).filter(({ name }) => versions[name] !== before[name]);
  await publishTo(registry, packed, tarballs);
  console.log(`Published ${packed.map(({ name }) => `${name}@${versions[name]}`).join(", ")}.`);
  return versions;
}

/** Installs a release by every package manager, over what is installed, and has a user's programs run. */
async function install(
  managers: readonly PackageManager[],
  folder: string,
  versions: Versions,
  registry: LoopbackRegistry,
): Promise<void> {
  for (const manager of managers) {
    const startedAt = performance.now();
    const found = await consume(manager, join(folder, manager.name), versions, registry);
    if (!isDeepStrictEqual(found, { versions, reports: expectedReports }))
      throw new Error(
        `${manager.name}: expected ${JSON.stringify({ versions, reports: expectedReports })}, got ${JSON.stringify(found)}`,
      );
    console.log(
      `${manager.name}: installed, and fetched a report of each source (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`,
    );
  }
}
