import { readFileSync } from "node:fs";
import { parseSync, Visitor } from "oxc-parser";

/** What a module names other modules by: imports, re-exports, dynamic imports and `import("...")` types, type-only ones too. */
export interface ModuleImports {
  readonly specifiers: readonly string[];
  /** Names of exported values; types are not among them. */
  readonly exportedValues: readonly string[];
  /** Whether some dynamic import is of a computed name, which no check can follow. */
  readonly hasComputedImport: boolean;
}

/** Reads the imports of a TypeScript file with a real parser. Throws when the file does not parse. */
export function moduleImports(path: string): ModuleImports {
  const { program, module, errors } = parseSync(path, readFileSync(path, "utf8"));
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const specifiers: string[] = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ];
  let hasComputedImport = false;
  new Visitor({
    ImportExpression({ source }) {
      if (source.type === "Literal" && typeof source.value === "string") specifiers.push(source.value);
      else hasComputedImport = true;
    },
    TSImportType({ source }) {
      specifiers.push(source.value);
    },
  }).visit(program);
  const exportedValues = module.staticExports.flatMap(({ entries }) =>
    entries.filter(({ isType }) => !isType).map(({ exportName }) => exportName.name ?? "default"),
  );
  return { specifiers, exportedValues, hasComputedImport };
}
