import ts from "typescript";
import type { Change } from "./spec-changes.ts";
import { inertCode } from "./inert-text.ts";

/**
 * What changed between two public-surface.md of a package; nothing where one of them is missing. What came is minor; what went or has
 * another signature is breaking, but for an interface that only gained optional members. Whether a caller's code still compiles after a
 * changed signature is not judged: the floor errs upwards.
 */
export function surfaceChanges(base: string | undefined, head: string | undefined): readonly Change[] {
  if (base === undefined || head === undefined || base === head) return [];
  const [had, has] = [readSurface(base), readSurface(head)];
  const gone = [...had.keys()].filter((name) => !has.has(name));
  return [
    ...gone.map((name): Change => ({ bump: "major", what: `Gone: ${inertCode(name)}` })),
    ...[...has].flatMap(([name, code]): readonly Change[] => {
      const old = had.get(name);
      if (old === undefined) return [{ bump: "minor", what: `New: ${inertCode(name)}` }];
      if (old === code) return [];
      return [
        onlyGainedOptionalMembers(old, code)
          ? { bump: "minor", what: `New optional members of ${inertCode(name)}` }
          : { bump: "major", what: `Another signature of ${inertCode(name)}` },
      ];
    }),
  ];
}

/** The declarations of a public-surface.md, by `<entry> <name>`. */
function readSurface(markdown: string): ReadonlyMap<string, string> {
  const declarations = new Map<string, string>();
  for (const [, entry = "", code = ""] of markdown.matchAll(/^## (.+)\n\n```ts\n([\s\S]*?)^```$/gm))
    for (const declaration of code.trimEnd().split("\n\n")) {
      const name = /^\/\/ (?<name>\S+)/.exec(declaration)?.groups?.["name"] ?? declaration;
      declarations.set(`${entry.replaceAll("`", "")} ${name}`, declaration);
    }
  return declarations;
}

function onlyGainedOptionalMembers(old: string, code: string): boolean {
  const [before, after] = [interfaceParts(old), interfaceParts(code)];
  return (
    before !== undefined &&
    after !== undefined &&
    before.head === after.head &&
    [...before.members].every(([text]) => after.members.has(text)) &&
    [...after.members].every(([text, isOptional]) => before.members.has(text) || isOptional)
  );
}

interface InterfaceParts {
  readonly head: string;
  /** The text of each member, and whether it is optional. */
  readonly members: ReadonlyMap<string, boolean>;
}

function interfaceParts(code: string): InterfaceParts | undefined {
  const file = ts.createSourceFile("surface.ts", code, ts.ScriptTarget.ES2023, true);
  const [statement, ...more] = file.statements;
  if (statement === undefined || more.length > 0 || !ts.isInterfaceDeclaration(statement)) return undefined;
  return {
    head: code.slice(statement.getStart(file), statement.members.pos),
    members: new Map(
      statement.members.map((member) => [
        member.getText(file),
        "questionToken" in member && member.questionToken !== undefined,
      ]),
    ),
  };
}
