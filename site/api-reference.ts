import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Application } from "typedoc";
import { repository } from "./pages.ts";

const packages = join(repository, "packages");

/** What of a package.json is read here. */
interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly types?: string } | string>>;
}

/** An entry of a package that a program imports. */
interface Entry {
  /** `report-kit/node`. */
  readonly specifier: string;
  /** Its declarations. */
  readonly file: string;
  /** Its page, without the ending: `report-kit-node`. */
  readonly page: string;
}

/** A page for each entry of each package, made of the doc comments: `[page, text]`. The packages have to be built. */
export async function apiReference(): Promise<readonly (readonly [string, string])[]> {
  const entries = readdirSync(packages).flatMap(entriesOf);
  const out = mkdtempSync(join(tmpdir(), "api-reference-"));
  try {
    const options = {
      basePath: packages,
      entryPoints: entries.map(({ file }) => file),
      plugin: ["typedoc-plugin-markdown"],
      tsconfig: join(import.meta.dirname, "api-reference.tsconfig.json"),
      readme: "none",
      excludeExternals: true,
      excludeInternal: true,
      disableSources: true,
      hideBreadcrumbs: true,
      hidePageHeader: true,
      hidePageTitle: true,
      hideGroupHeadings: false,
      outputFileStrategy: "modules",
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      typeDeclarationFormat: "table",
      useCodeBlocks: true,
      sanitizeComments: true,
      skipErrorChecking: true,
      validation: false,
      logLevel: "Error",
    };
    // The plugin's own options have no type here.
    const application = await Application.bootstrapWithPlugins(
      options as Parameters<typeof Application.bootstrapWithPlugins>[0],
    );
    const project = await application.convert();
    if (project === undefined) throw new Error("TypeDoc can't read the declarations: are the packages built?");
    await application.outputs.writeOutput({ name: "markdown", path: out }, project);
    return entries.map(({ specifier, file, page }) => {
      const made = join(out, `${relative(packages, file).replace(/(?:\/index)?\.d\.ts$/, "")}.md`);
      return [
        `api/${page}.md`,
        `# ${specifier}\n\n${withPageLinks(withoutSchema(readFileSync(made, "utf8")), made, out, entries)}`,
      ];
    });
  } finally {
    rmSync(out, { recursive: true });
  }
}

function entriesOf(folder: string): readonly Entry[] {
  const root = join(packages, folder);
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest; // our own
  return Object.entries(exports).flatMap(([entry, target]) =>
    // The generated types of a spec are shown as the spec.
    typeof target === "string" || target.types === undefined || entry === "./schema"
      ? []
      : [
          {
            specifier: entry === "." ? name : `${name}${entry.slice(1)}`,
            file: join(root, target.types),
            page: entry === "." ? folder : `${folder}-${entry.slice(2)}`,
          },
        ],
  );
}

/** Without the generated types of a spec, which a package exports as a whole: the rendered spec shows them better. */
function withoutSchema(text: string): string {
  return text.replaceAll(/^### (?:components|operations|paths|webhooks)\n[^]*?(?=^#{2,3} |$(?![^]))/gm, "");
}

/** TypeDoc's links between the files that it made, as links between the pages of the site. */
function withPageLinks(text: string, made: string, out: string, entries: readonly Entry[]): string {
  const pages = new Map(
    entries.map(({ file, page }) => [`${relative(packages, file).replace(/(?:\/index)?\.d\.ts$/, "")}.md`, page]),
  );
  return text.replaceAll(/\]\((?<path>[^()#\s]+\.md)(?<anchor>#[^()\s]*)?\)/g, (whole, path: string, anchor = "") => {
    const page = pages.get(relative(out, join(made, "..", path)));
    return page === undefined ? whole : `](/api/${page}${anchor})`;
  });
}
