import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { listProviders } from "../src/providers.ts";
import { repository } from "../test/altered-copy.ts";
import { installTarballs } from "./npm-project.ts";
import type { Installed } from "./npm-project.ts";
import { packPackages } from "../src/packed-packages.ts";

/** What all tests of the packed packages share, made once for all of them. */
export interface PackedProjects {
  /** `packages/<folder>` and the tarball of each package. */
  readonly tarballs: readonly { readonly folder: string; readonly tarball: string }[];
  /** Folder of a project with everything of ours installed, and the programs of `consumer/` and `behaviour/` in it. */
  readonly project: string;
  /** What a project with report-kit and a single provider has in its node_modules. */
  readonly smallest: Installed;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly packedProjects: PackedProjects;
  }
}

/** Packs the packages and installs them by npm, as a user would; removes all of it after the last test. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "report-kit-packed-"));
  const project = join(folder, "everything");
  const packed = await packPackages(repository, folder);
  const names = packed.map(({ name }) => name);
  const [, smallest] = await Promise.all([
    installTarballs(project, names, packed),
    installTarballs(
      join(folder, "one-provider"),
      ["report-kit", `@report-kit/${listProviders(repository)[0]?.name}`],
      packed,
    ),
  ]);
  for (const programs of ["consumer", "behaviour"])
    cpSync(join(import.meta.dirname, programs), project, { recursive: true });
  const tarballs = packed.map(({ folder, tarball }) => ({ folder, tarball }));
  provide("packedProjects", { tarballs, project, smallest });
  return () => rmSync(folder, { recursive: true });
}
