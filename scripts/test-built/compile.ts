import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../test/altered-copy.ts";
import { run } from "../src/run-program.ts";

/** What a compiler made of the program of a consumer. */
export interface Compiled {
  /** What it complains of: nothing, when all is well. */
  readonly complaints: string;
  readonly instantiations: number;
  readonly seconds: number;
}

/** What is compiled: every entry by its name, and programs that use them; `program` and `every-entry` without Node's types. */
const neutral = ["program.ts", "every-entry.ts"];

/** How a project resolves its imports. */
export const resolutions = {
  nodenext: { module: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
} as const;
export type Resolution = keyof typeof resolutions;

/**
 * Writes the program that imports every entry; only `report-kit/node` may need Node's types.
 * @param specifiers `report-kit`, `report-kit/circle`, ...
 */
export function writeEveryEntry(project: string, specifiers: readonly string[]): void {
  const lines = specifiers
    .filter((specifier) => !specifier.endsWith("/node"))
    .map((specifier, index) => `export * as entry${index} from "${specifier}";`);
  writeFileSync(join(project, "every-entry.ts"), lines.join("\n"));
}

/**
 * Type-checks the programs of a project against the packages that are installed there, the packages' own declarations included.
 * @param compiler the package of a TypeScript
 * @param withNode whether the project has Node's types; TypeScript's users in browsers and workers have none
 */
export async function compile(
  compiler: string,
  project: string,
  resolution: Resolution,
  withNode: boolean,
): Promise<Compiled> {
  const files = withNode ? [...neutral, "node-program.ts"] : neutral;
  const compilerOptions = {
    target: "es2023",
    lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    ...resolutions[resolution],
    ...(withNode ? { types: ["node"], typeRoots: [join(repository, "scripts/node_modules/@types")] } : { types: [] }),
  };
  const config = `tsconfig.${resolution}-${withNode ? "node" : "neutral"}.json`;
  writeFileSync(join(project, config), JSON.stringify({ compilerOptions, files }));
  const args = [join(compiler, "bin/tsc"), "-p", config, "--extendedDiagnostics"];
  const startedAt = performance.now();
  const { stdout, stderr } = await run(process.execPath, args, project);
  const seconds = (performance.now() - startedAt) / 1000;
  // Complaints come first, then a table of figures.
  const [, said = "", figures] = /^(?<said>[\s\S]*?)(?<figures>^Files:\s[\s\S]*)$/m.exec(stdout) ?? [];
  const instantiations = /^Instantiations:\s+(?<count>\d+)$/m.exec(figures ?? "")?.groups?.["count"];
  if (instantiations === undefined) throw new Error(`${compiler} came to nothing:\n${stdout}${stderr}`);
  return { complaints: said + stderr, instantiations: Number(instantiations), seconds };
}
