import { join } from "node:path";
import budgets from "./budgets.json" with { type: "json" };
import { entries } from "./src/openapi-document.ts";
import { listProviders } from "./src/providers.ts";
import { workspacePackages } from "./src/workspace-packages.ts";

const root = join(import.meta.dirname, "..");
const providers = listProviders(root).map(({ name }) => name);
const clients = providers.map((name) => `@report-kit/${name}`);

/** The two entries of a provider: its client, and its source. */
const entriesOf = (name: string): readonly string[] => [`@report-kit/${name}`, `report-kit/${name}`];

/** Every entry of our packages that belongs in a browser's or a worker's bundle, but for the providers'. */
const core = workspacePackages(root)
  .flatMap(({ manifest }) => entries(manifest["exports"]).map(([entry]) => String(manifest["name"]) + entry.slice(1)))
  .filter(
    (specifier) => !/^@report-kit\/(?:sandbox|cli)|\/(?:node|unpack|testing|schema|package\.json)$/.test(specifier),
  )
  .filter((specifier) => !providers.some((name) => entriesOf(name).includes(specifier)));

/** Measures a program of a user. Its imports are resolved by the `exports` of the packages in this folder's node_modules. */
function program(name: string, limit: string, lines: readonly string[], external: readonly string[] = []): object {
  const stdin = { contents: lines.join("\n"), resolveDir: import.meta.dirname };
  const modifyEsbuildConfig = (made: object): object => ({ ...made, entryPoints: [], stdin, format: "esm", external });
  return { name, limit, gzip: true, modifyEsbuildConfig };
}

function all(specifiers: readonly string[]): readonly string[] {
  return specifiers.map((specifier, index) => `export * as part${index} from "${specifier}";`);
}

const { bundles } = budgets;

/** `core` with the shares of some providers. */
function coreWith(count: number): string {
  const kilobytes = [bundles.core, ...Array.from({ length: count }, () => bundles["what a provider adds to the core"])];
  return `${kilobytes.reduce((sum, each) => sum + Number.parseFloat(each), 0).toFixed(2)} kB`;
}

const config: readonly object[] = [
  ...clients.map((name) => program(name, bundles["provider package"], all([name]))),
  program("poll of report-kit", bundles["poll alone"], ['export { poll } from "report-kit";'], clients),
  ...providers.map((name) => {
    const specifiers = ["report-kit", `report-kit/${name}`];
    return program(specifiers.join(" with "), bundles["report-kit with one adapter"], all(specifiers), clients);
  }),
  program("the core", coreWith(0), all(core)),
  ...providers.map((name) => program(`the core with ${name}`, coreWith(1), all([...core, ...entriesOf(name)]))),
  program("everything", coreWith(providers.length), all([...core, ...providers.flatMap(entriesOf)])),
];

export default config;
