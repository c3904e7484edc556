import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/**
 * Bytes of a program that has just these lines, bundled for browsers out of a project's node_modules, minified and gzipped. Node's own
 * modules and `external` packages are not counted.
 */
export async function bundleSize(
  projectFolder: string,
  lines: readonly string[],
  external: readonly string[] = [],
): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: lines.join("\n"), resolveDir: projectFolder },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: ["node:*", ...external],
    write: false,
    logLevel: "error",
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).byteLength, 0);
}
