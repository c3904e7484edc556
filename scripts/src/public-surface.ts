import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import type { WantedFile } from "./drift.ts";
import { entries, isObject, readDocument } from "./openapi-document.ts";

/** What an entry exports, by the exported name. */
interface EntryExports {
  readonly name: string;
  readonly exports: ReadonlyMap<string, ts.Symbol>;
}

/**
 * The public surface of a package as it is built: what each entry exports, and the types behind it that none exports; without comments, in
 * order of names. Generated types (`*.gen.d.ts`) and what comes from another package are names alone. Throws when the package is not built.
 */
export function publicSurface(root: string, folder: string): WantedFile {
  const manifest = readDocument(root, `${folder}/package.json`);
  const packageName = String(manifest["name"]);
  const typed = entries(manifest["exports"]).flatMap(([name, target]) =>
    isObject(target) && typeof target["types"] === "string"
      ? [{ name: packageName + name.slice(1), types: join(root, folder, target["types"]) }]
      : [],
  );
  const unbuilt = typed.find(({ types }) => !existsSync(types));
  if (unbuilt !== undefined) throw new Error(`${relative(root, unbuilt.types)}: missing; run \`pnpm build\`.`);
  const program = ts.createProgram(
    typed.map(({ types }) => types),
    // The library is not looked into: its names mean the same everywhere.
    { noLib: true, types: [], module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023 },
  );
  const checker = program.getTypeChecker();
  const all = typed.map(({ name, types }) => ({ name, exports: exportsOf(program, checker, types) }));
  return {
    path: `${folder}/public-surface.md`,
    text: [
      `# Public surface of \`${packageName}\``,
      "",
      "What a caller's types can see, made of the built package by `pnpm surface`: a change here is a change of what is promised.",
      "",
      ...surfaceSections(checker, all, join(root, folder)).map(
        ({ title, declarations }) => `## ${title}\n\n\`\`\`ts\n${declarations.join("\n\n")}\n\`\`\`\n`,
      ),
    ].join("\n"),
  };
}

function exportsOf(program: ts.Program, checker: ts.TypeChecker, types: string): ReadonlyMap<string, ts.Symbol> {
  const file = program.getSourceFile(types);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${types}: exports nothing.`);
  return new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, origin(checker, symbol)]));
}

interface Section {
  readonly title: string;
  readonly declarations: readonly string[];
}

/** A section for each entry, and one for what their exports refer to without any entry exporting it. A declaration is told once. */
function surfaceSections(checker: ts.TypeChecker, all: readonly EntryExports[], folder: string): readonly Section[] {
  const told = new Map<ts.Symbol, string>();
  const waiting: ts.Symbol[] = [];
  const sections = all.map(({ name: entry, exports }): Section => {
    const declarations = inOrder([...exports]).map(([name, symbol]) => {
      const place = told.get(symbol) ?? foreignPlace(symbol, folder);
      if (place !== undefined) return `// ${name}: ${place}`;
      told.set(symbol, `as in ${entry}`);
      waiting.push(symbol);
      return `// ${name}\n${declarationText(symbol)}`;
    });
    return { title: `\`${entry}\``, declarations };
  });
  const behind = new Map<string, readonly string[]>();
  for (let symbol = waiting.pop(); symbol !== undefined; symbol = waiting.pop())
    for (const reached of referencedSymbols(checker, symbol)) {
      if (told.has(reached) || foreignPlace(reached, folder) !== undefined) continue;
      told.set(reached, "not exported");
      waiting.push(reached);
      behind.set(reached.name, [...(behind.get(reached.name) ?? []), declarationText(reached)]);
    }
  if (behind.size === 0) return sections;
  // Two modules may each have a type of one name.
  const declarations = inOrder([...behind]).map(([name, texts]) => [`// ${name}`, ...texts.toSorted()].join("\n"));
  return [...sections, { title: "Not exported, but referred to", declarations }];
}

function inOrder<Value>(items: readonly (readonly [string, Value])[]): readonly (readonly [string, Value])[] {
  return items.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function origin(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Where a symbol is told, when that is not here; undefined for a hand-written declaration of the package in `folder`. Throws when it is declared nowhere. */
function foreignPlace(symbol: ts.Symbol, folder: string): string | undefined {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName;
  if (file === undefined)
    throw new Error(`${folder}: exports ${symbol.name}, which is declared nowhere; run \`pnpm build\`.`);
  if (file.endsWith(".gen.d.ts")) return "generated";
  let owner = dirname(file);
  while (!existsSync(join(owner, "package.json")) && owner !== dirname(owner)) owner = dirname(owner);
  return relative(folder, owner) === "" ? undefined : `from ${String(readDocument(owner, "package.json")["name"])}`;
}

/** The statements at the top of a module that a symbol is declared by. */
function statementsOf(symbol: ts.Symbol): readonly ts.Statement[] {
  return (symbol.declarations ?? []).flatMap((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return ts.isStatement(node) && ts.isSourceFile(node.parent) ? [node] : [];
  });
}

const printer = ts.createPrinter({ removeComments: true });

function declarationText(symbol: ts.Symbol): string {
  return statementsOf(symbol)
    .map((statement) => printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile()))
    .map((text) => text.replace(/^(?:export )?(?:declare )?/, ""))
    .join("\n");
}

/** What the names in a declaration stand for, as far as that is declared at the top of a module. */
function referencedSymbols(checker: ts.TypeChecker, symbol: ts.Symbol): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    const target = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    if (target !== undefined) {
      const declared = origin(checker, target);
      if (statementsOf(declared).length > 0) found.add(declared);
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of statementsOf(symbol)) visit(statement);
  return found;
}
