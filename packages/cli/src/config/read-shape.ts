import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";
import { badInput, shown } from "../cli-error.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { Shape } from "./shape.ts";

interface Reading {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * Read a text of YAML by its shape.
 * @returns what the shape says: objects, lists, texts, whole numbers, true and false
 * @throws CliError with the place in the file, and the nearest name for one that is not known
 */
export function readShape(file: string, content: string, shape: Shape): unknown {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const reading: Reading = { file, document, lines };
  const [error] = document.errors;
  if (error !== undefined) throw refused(reading, error.pos[0], `This is no YAML: ${error.message}.`);
  return valueOf(reading, document.contents, shape, "", 0);
}

function valueOf(reading: Reading, given: Node | null, shape: Shape, path: string, at: number): unknown {
  const node = isAlias(given) ? (given.resolve(reading.document) ?? null) : given;
  const start = node?.range?.[0] ?? at;
  const wrong = (expected: string): never => {
    const got = isScalar(node)
      ? shown(String(node.source ?? node.value))
      : isMap(node)
        ? "an object"
        : isSeq(node)
          ? "a list"
          : "nothing";
    throw refused(reading, start, `${path === "" ? "" : `${path}: `}expected ${expected}, got ${got}.`);
  };
  switch (shape.is) {
    case "object": {
      if (!isMap<Node, Node | null>(node)) return wrong(`an object with ${Object.keys(shape.members).join(", ")}`);
      const found = node.items.map((pair) => member(reading, pair, Object.keys(shape.members), path));
      const names = new Set(found.map(({ name }) => name));
      const missing = shape.required.find((name) => !names.has(name));
      if (missing !== undefined)
        throw refused(reading, start, `${path === "" ? "" : `${path}: `}${missing} is missing.`);
      return Object.fromEntries(
        // The names were found among its members.
        found.map(({ name, value, place, begin }) => [
          name,
          valueOf(reading, value, shape.members[name] as Shape, place, begin),
        ]),
      );
    }
    case "map": {
      if (!isMap<Node, Node | null>(node) || node.items.length === 0)
        return wrong("an object with names of your choice");
      const found = node.items.map((pair) => member(reading, pair, undefined, path));
      return Object.fromEntries(
        found.map(({ name, value, place, begin }) => {
          if (!new RegExp(shape.names).test(name))
            throw refused(reading, begin, `${place}: expected a name of letters, digits, . _ @ - (64 at most).`);
          return [name, valueOf(reading, value, shape.of, place, begin)];
        }),
      );
    }
    case "list":
      if (!isSeq<Node>(node)) return wrong("a list");
      return node.items.map((item, index) => valueOf(reading, item, shape.of, `${path}[${index}]`, start));
    case "choice": {
      const known = Object.keys(shape.among);
      const chosen = isMap<Node, Node | null>(node) ? node.get(shape.by, true) : undefined;
      if (!isMap(node)) return wrong(`an object with ${shape.by}: ${known.join(" or ")}`);
      const name = isScalar(chosen) ? String(chosen.value) : "";
      const its = Object.hasOwn(shape.among, name) ? shape.among[name] : undefined;
      if (its !== undefined) return valueOf(reading, node, its, path, at);
      const got = name === "" ? "It is missing." : `Got ${shown(name)}.${didYouMean(name, known)}`;
      throw refused(
        reading,
        chosen?.range?.[0] ?? start,
        `${path}.${shape.by}: expected ${known.join(" or ")}. ${got}`,
      );
    }
    case "text": {
      if (!isScalar(node) || node.value === null) return wrong(shape.expected);
      // As it is written: YAML reads an account number of 18 digits as another number.
      const value = typeof node.value === "string" ? node.value : (node.source ?? "");
      if (shape.values?.includes(value) === false) return wrong(`${shape.expected}${near(value, shape.values)}`);
      if (shape.isValid?.(value) === false) return wrong(shape.expected);
      return shape.pattern === undefined || new RegExp(shape.pattern).test(value) ? value : wrong(shape.expected);
    }
    case "number":
      if (!isScalar(node) || !Number.isSafeInteger(node.value) || Number(node.value) < 0)
        return wrong("a whole number from 0");
      return node.value;
    case "flag":
      return isScalar(node) && typeof node.value === "boolean" ? node.value : wrong("true or false");
  }
}

function near(value: string, values: readonly string[]): string {
  const text = didYouMean(value, values).trim().replace(/^D/, "d");
  return text === "" ? "" : ` (${text})`;
}

function member(
  reading: Reading,
  { key, value }: Pair<Node, Node | null>,
  known: readonly string[] | undefined,
  path: string,
): { readonly name: string; readonly value: Node | null; readonly place: string; readonly begin: number } {
  const begin = key.range?.[0] ?? 0;
  const name = isScalar(key) ? String(key.value) : "";
  const place = path === "" ? name : `${path}.${name}`;
  if (known?.includes(name) === false)
    throw refused(
      reading,
      begin,
      `${place.slice(0, 120)} is not known here.${didYouMean(name, known)} Known are ${known.join(", ")}.`,
    );
  return { name, value, place, begin };
}

function refused({ file, lines }: Reading, at: number, message: string): Error {
  const { line, col } = lines.linePos(at);
  return badInput(`${file}:${Math.max(1, line)}:${Math.max(1, col)}: ${message}`, "Nothing was sent.");
}
