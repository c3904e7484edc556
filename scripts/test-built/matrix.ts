import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { repository } from "../test/altered-copy.ts";

/** Whether a test runs on every runtime, compiler and bundler, or only on those that each clone has. */
export const withMatrix: boolean = process.env["REPORT_KIT_MATRIX"] === "1";

/** Where the workspace of runtimes, compilers, bundlers and package managers is that no clone installs by itself. */
const matrixFolder: string = join(repository, "scripts/matrix");

/**
 * The path of something in a package of the matrix.
 * @throws when the matrix is not installed
 */
export function inMatrix(...path: readonly string[]): string {
  const found = join(matrixFolder, "node_modules", ...path);
  if (!existsSync(found))
    throw new Error(`${found} is missing: "pnpm test:matrix" installs what these tests need before it runs them.`);
  return found;
}

/** Resolves a module as a package of the matrix would. */
export function resolveInMatrix(specifier: string): string {
  return createRequire(join(matrixFolder, "package.json")).resolve(specifier);
}
