import { ReportRequestError } from "../errors.ts";

/** Deeper than any request, and far from where a recursive walk meets the end of the stack. */
const deepest = 64;

const notJsonTypes: Readonly<Record<string, string>> = {
  bigint: "a BigInt",
  function: "a function",
  symbol: "a symbol",
};

/**
 * The one text of a JSON value (RFC 8785): two values mean the same exactly when their texts are equal.
 *
 * An absent member and a member that is null are one, at every depth; a null inside an array stays, because there it
 * holds a place. What JSON can't say is refused rather than dropped or converted: a `Map` that becomes `{}` or a `Date`
 * that becomes a string would make two requests one, or one request two.
 *
 * @param value what to write
 * @param name what to call it in an error: `"request"` gives `request.dates[2]`, and nothing `dates[2]`
 * @throws ReportRequestError `not-json`, naming the field and what came.
 */
export function canonicalJson(value: unknown, name = ""): string {
  return textOf(value, name, []);
}

function textOf(value: unknown, path: string, parents: readonly object[]): string {
  // RFC 8785 writes texts and numbers as ECMAScript's JSON.stringify does.
  if (value === null || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "string") {
    if (hasLoneSurrogate(value)) throw notJson(path, "a string with half a surrogate pair in it");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw notJson(path, String(value));
    return JSON.stringify(value);
  }
  if (typeof value !== "object") throw notJson(path, notJsonTypes[typeof value] ?? typeof value);
  if (parents.includes(value)) throw notJson(path, "an object that contains itself");
  if (parents.length >= deepest) throw notJson(path, `something nested more than ${deepest} levels deep`);
  const around = [...parents, value];
  return Array.isArray(value) ? textOfArray(value, path, around) : textOfObject(value, path, around);
}

function textOfArray(array: readonly unknown[], path: string, parents: readonly object[]): string {
  const keys = Reflect.ownKeys(array);
  // Every own key of a whole array is an index, but for `length`: fewer means a hole, more a member JSON would lose.
  for (let index = 0; index < array.length; index += 1) {
    if (!Object.hasOwn(array, index)) throw notJson(`${path}[${index}]`, "a hole in an array");
  }
  if (keys.length !== array.length + 1) throw notJson(path, "an array with named members");
  return `[${array.map((element, index) => textOf(element, `${path}[${index}]`, parents)).join(",")}]`;
}

function textOfObject(object: object, path: string, parents: readonly object[]): string {
  if (!isPlain(object)) throw notJson(path, `${article(classNameOf(object))} object`);
  const keys = Reflect.ownKeys(object);
  const symbol = keys.find((key) => typeof key === "symbol");
  if (symbol !== undefined) throw notJson(path, `an object with the symbol member ${String(symbol)}`);
  const members: string[] = [];
  // RFC 8785 orders members by UTF-16 code units, as sort() does.
  for (const key of (keys as string[]).sort()) {
    // no symbol is left
    const member = path === "" ? key : `${path}.${key}`;
    if (hasLoneSurrogate(key)) throw notJson(member, "a member name with half a surrogate pair in it");
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property === undefined || !("value" in property)) throw notJson(member, "a getter");
    if (!property.enumerable) throw notJson(member, "a hidden (non-enumerable) member");
    if (property.value === undefined || property.value === null) continue;
    members.push(`${JSON.stringify(key)}:${textOf(property.value, member, parents)}`);
  }
  return `{${members.join(",")}}`;
}

/** An object literal or parsed JSON, of this realm or another (a worker's, an iframe's). */
function isPlain(object: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(object);
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"))
  );
}

function classNameOf(object: object): string {
  const made: unknown = object.constructor;
  return typeof made === "function" && made.name !== "" ? made.name : "class";
}

function article(noun: string): string {
  return /^[AEIOU]/i.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** With the `u` flag a pair is one character, so what still matches stands alone. */
function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function notJson(path: string, came: string): ReportRequestError {
  return new ReportRequestError({
    code: "not-json",
    field: path === "" ? "value" : path,
    expected: "a JSON value (string, finite number, boolean, null, array or plain object)",
    received: came,
  });
}
