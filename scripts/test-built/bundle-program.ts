import { createRequire } from "node:module";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { resolveInMatrix } from "./matrix.ts";

/** What came of a bundle for browsers, minified. */
export interface Bundled {
  /** All its JavaScript. */
  readonly code: string;
  /** Everything the bundler had to say. */
  readonly warnings: readonly string[];
}

/** Bundles a program of a project, into a folder that is not there yet. Rejects when it can't be bundled. */
export type Bundler = (project: string, program: string, destination: string) => Promise<Bundled>;

export const bundleWithEsbuild: Bundler = async (project, program, destination) => {
  const { warnings } = await build({
    entryPoints: [join(project, program)],
    outdir: destination,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  return { code: codeIn(destination), warnings: warnings.map(({ text }) => text) };
};

/** As much of vite's API as is used: it is no dependency of this package. */
interface Vite {
  build(config: object): Promise<unknown>;
}

export const bundleWithVite: Bundler = async (project, program, destination) => {
  const vite = (await import(pathToFileURL(resolveInMatrix("vite")).href)) as Vite; // see there
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  const ignore = (): void => {};
  await vite.build({
    root: project,
    configFile: false,
    // Vite's own chunk of helpers for browsers that can't preload is no part of the program.
    build: {
      outDir: destination,
      modulePreload: false,
      reportCompressedSize: false,
      rollupOptions: { input: join(project, program), output: { entryFileNames: "[name].mjs" } },
    },
    customLogger: {
      warn,
      warnOnce: warn,
      error: warn,
      info: ignore,
      clearScreen: ignore,
      hasErrorLogged: () => false,
      hasWarned: false,
    },
  });
  return { code: codeIn(destination), warnings };
};

/** As much of webpack's API as is used. */
type Webpack = (config: object, done: (error: Error | null, stats: WebpackStats | undefined) => void) => void;
interface WebpackStats {
  toJson(options: object): { readonly errors: readonly Message[]; readonly warnings: readonly Message[] };
}
interface Message {
  readonly message: string;
}

export const bundleWithWebpack: Bundler = async (project, program, destination) => {
  const path = resolveInMatrix("webpack");
  const webpack: Webpack = createRequire(path)(path);
  const { errors, warnings } = await new Promise<ReturnType<WebpackStats["toJson"]>>((resolve, reject) => {
    const config = {
      mode: "production",
      target: ["web", "es2022"],
      context: project,
      entry: join(project, program),
      experiments: { outputModule: true },
      output: { path: destination, filename: "[name].mjs", library: { type: "module" } },
    };
    webpack(config, (error, stats) => {
      if (stats === undefined) reject(error ?? new Error("webpack came to nothing."));
      else resolve(stats.toJson({ all: false, errors: true, warnings: true }));
    });
  });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return { code: codeIn(destination), warnings: warnings.map(({ message }) => message) };
};

function codeIn(destination: string): string {
  mkdirSync(destination, { recursive: true });
  return readdirSync(destination, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}
