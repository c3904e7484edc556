import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExploredCode } from "../../src/testing/explore/setup.ts";

const src = join(import.meta.dirname, "../../src");

/** One edit of our own code. */
export interface Edit {
  /** Below `src/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Our code with one edit. @throws Error when the text that is to be edited is not there once */
export async function mutatedCode({ file, from, to }: Edit): Promise<ExploredCode> {
  const path = join(src, file);
  const text = await readFile(path, "utf8");
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`the edit no longer fits: ${file} has its text ${parts.length - 1} times`);
  const { outputFiles } = await build({
    stdin: {
      contents: `export { takeStep } from "./job/take-step.ts";
        export { wakeJobs } from "./kit/wake.ts";
        export { deliverReport } from "./delivery/deliver.ts";`,
      resolveDir: src,
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    plugins: [
      {
        name: "edit",
        setup(bundler) {
          bundler.onLoad({ filter: /\.ts$/ }, (loaded) =>
            loaded.path === path ? { contents: parts.join(to), loader: "ts" } : undefined,
          );
        },
      },
    ],
  });
  const code = outputFiles[0]?.text ?? "";
  return import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`) as Promise<ExploredCode>; // what is bundled above
}
