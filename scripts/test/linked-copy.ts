import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { output } from "../src/run-program.ts";
import { workspacePackages } from "../src/workspace-packages.ts";
import { repository } from "./altered-copy.ts";

/** A copy of everything that git knows or would add, and of what is built; gone when the test is over. */
export async function wholeCopy(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "report-kit-whole-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const listed = await output(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"],
    repository,
  );
  for (const path of listed.split("\n").filter((each) => each !== "" && existsSync(join(repository, each)))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(repository, path), join(root, path));
  }
  for (const { folder } of workspacePackages(repository))
    cpSync(join(repository, folder, "dist"), join(root, folder, "dist"), { recursive: true });
  return root;
}

/** Gives a copy the dependencies that are installed here. Packages of ours are the copy's own, each of which can import every other. */
export function linkDependencies(root: string, likeNewPackage: string): void {
  const ours = workspacePackages(root).map(({ folder }) => folder);
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  for (const folder of ours) {
    const installed = join(repository, existsSync(join(repository, folder)) ? folder : likeNewPackage, "node_modules");
    for (const name of namesIn(installed))
      link(realpathSync(join(installed, name)), join(root, folder, "node_modules", name));
    for (const other of ours) {
      const name = other.replace("packages/", "");
      if (other !== folder) link(join(root, other), join(root, folder, "node_modules/@report-kit", name));
    }
  }
}

/** The names of the packages in a node_modules, but for ours. */
function namesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !/^\.|^@report-kit$|^report-kit$/.test(name))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(folder, name)).map((each) => `${name}/${each}`) : [name],
    );
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
