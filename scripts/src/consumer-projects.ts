import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoopbackRegistry } from "./loopback-registry.ts";
import { output } from "./run-program.ts";

/** A package manager, and how its users run a program. */
export interface PackageManager {
  readonly name: string;
  /** The program with what comes before its own arguments. */
  readonly command: readonly [string, ...(readonly string[])];
  /** Adds packages: `report-kit@1.2.3`. */
  readonly add: readonly string[];
  /** Runs a program of the project. */
  readonly run: readonly [string, ...(readonly string[])];
  /** The files of an empty project, besides package.json. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * npm, pnpm, yarn and bun. Yarn in both its ways: with node_modules, and with Plug'n'Play, which puts file handles of its own in the place of
 * Node's and, like pnpm, finds a package that imports what it does not declare.
 * @param pnpm as the root's package.json names it
 * @param modules a folder with yarn and bun in it
 */
export function packageManagers(pnpm: string, modules: string, registry: string): readonly PackageManager[] {
  const node = process.execPath;
  const yarn = join(modules, "@yarnpkg/cli-dist/bin/yarn.js");
  const bun = join(modules, "bun/bin/bun.exe");
  const { hostname } = new URL(registry);
  // Each manager may be told not to install what was published a moment ago; a rehearsal does just that.
  const yarnrc = [
    `npmRegistryServer: "${registry}"`,
    `unsafeHttpWhitelist: ["${hostname}"]`,
    "enableTelemetry: false",
    "enableImmutableInstalls: false",
    "npmMinimalAgeGate: 0",
  ];
  const yarnWith = (name: string, nodeLinker: string): PackageManager => ({
    name,
    command: [node, yarn],
    add: ["add"],
    run: [node, yarn, "node"],
    files: { ".yarnrc.yml": `${[...yarnrc, `nodeLinker: ${nodeLinker}`].join("\n")}\n`, "yarn.lock": "" },
  });
  return [
    { name: "npm", command: ["npm"], add: ["install"], run: [node], files: {} },
    {
      name: "pnpm",
      command: ["npx", "-y", pnpm],
      add: ["add"],
      run: [node],
      files: { "pnpm-workspace.yaml": "packages: []\nminimumReleaseAge: 0\n" },
    },
    yarnWith("yarn", "node-modules"),
    yarnWith("yarn-pnp", "pnp"),
    {
      name: "bun",
      command: [bun],
      add: ["add"],
      run: [bun],
      files: { "bunfig.toml": `[install]\nregistry = "${registry}"\nminimumReleaseAge = 0\n` },
    },
  ];
}

/** What the programs of a user say of the packages that a package manager installed. */
export interface Consumed {
  /** The version of each package. */
  readonly versions: unknown;
  /** What `fetch-reports.mjs` prints: a report of each source, from the sandbox. */
  readonly reports: unknown;
}

/** Makes an empty project for a package manager, with programs of a user's in it. */
export function makeProject(manager: PackageManager, project: string, programs: string): void {
  mkdirSync(project, { recursive: true });
  cpSync(programs, project, { recursive: true });
  const manifest = { name: "consumer", version: "1.0.0", private: true, type: "module" };
  for (const [path, text] of Object.entries({ "package.json": JSON.stringify(manifest), ...manager.files }))
    writeFileSync(join(project, path), text);
}

/** Installs packages in a project, in these versions, over what is there, and runs the user's programs. */
export async function consume(
  manager: PackageManager,
  project: string,
  versions: Readonly<Record<string, string>>,
  { environment }: Pick<LoopbackRegistry, "environment">,
): Promise<Consumed> {
  const [program, ...args] = manager.command;
  writeFileSync(join(project, "versions.mjs"), versionsProgram(Object.keys(versions)));
  const wanted = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  await output(program, [...args, ...manager.add, ...wanted], project, environment);
  const [runner, ...before] = manager.run;
  const printed = async (script: string): Promise<unknown> =>
    JSON.parse(await output(runner, [...before, script], project, environment));
  return { versions: await printed("versions.mjs"), reports: await printed("fetch-reports.mjs") };
}

function versionsProgram(names: readonly string[]): string {
  const imports = names.map(
    (name, index) => `import package${index} from "${name}/package.json" with { type: "json" };`,
  );
  const all = names.map((_, index) => `package${index}`).join(", ");
  return `${imports.join("\n")}
const all = [${all}];
console.log(JSON.stringify(Object.fromEntries(all.map(({ name, version }) => [name, version]))));
`;
}
