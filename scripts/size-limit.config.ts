import { join } from "node:path";
import budgets from "./budgets.json" with { type: "json" };
import { entries } from "./src/openapi-document.ts";
import { listProviders } from "./src/providers.ts";
import { workspacePackages } from "./src/workspace-packages.ts";

const root = join(import.meta.dirname, "..");
const providers = listProviders(root).map(({ name }) => name);
const clients = providers.map((name) => `@report-kit/${name}`);

/** Every entry of our packages that belongs in a browser's or a worker's bundle. */
const everything = workspacePackages(root)
  .flatMap(({ manifest }) => entries(manifest["exports"]).map(([entry]) => String(manifest["name"]) + entry.slice(1)))
  .filter(
    (specifier) => !/^@report-kit\/(?:sandbox|cli)|\/(?:node|unpack|testing|schema|package\.json)$/.test(specifier),
  );

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
const config: readonly object[] = [
  ...clients.map((name) => program(name, bundles["provider package"], all([name]))),
  program("poll of report-kit", bundles["poll alone"], ['export { poll } from "report-kit";'], clients),
  ...providers.map((name) => {
    const specifiers = ["report-kit", `report-kit/${name}`];
    return program(specifiers.join(" with "), bundles["report-kit with one adapter"], all(specifiers), clients);
  }),
  program("everything", bundles.everything, all(everything)),
];

export default config;
