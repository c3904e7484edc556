import { refuse } from "./errors.ts";

/**
 * What the members of an options object may be, by their names: the results of `typeof` that fit, with a space between them
 * (`"string function"`; also `null` and `array`), or the values that fit, as a list.
 */
export type OptionTable = Readonly<Record<string, string | readonly unknown[]>>;

/**
 * Check an options object whose author may have no types: an unknown name is refused with the nearest known one, a member of another type
 * with what fits. A member that is undefined is as good as none. Only texts where a list of values fits are quoted: any other may be a
 * secret.
 *
 * @param owner what takes the options, for the error: `"createCircleClient"`.
 * @param field where the object stands, if it is a member itself: `"retry"`.
 * @throws RequestRefusedError naming the member.
 */
export function checkOptions(owner: string, options: unknown, table: OptionTable, field = ""): void {
  const prefix = field && `${field}.`;
  if (kindOf(options) !== "object") refuse(field || "options", `the options of ${owner}`, kindOf(options));
  checkNames(owner, options as object, Object.keys(table), prefix); // an object: see above
  for (const [name, value] of Object.entries(options as object)) {
    const fits = table[name] ?? "";
    const kind = typeof fits === "string" || typeof value !== "string" ? kindOf(value) : value;
    // No name of a kind is in another.
    if (value !== undefined && !fits.includes(kind)) {
      const known = typeof fits === "string" ? fits.split(" ") : fits;
      refuse(prefix + name, known.join(" or ") + nearest(kind, known), short(kind));
    }
  }
}

/**
 * Refuse names that are not known, and say which one was meant.
 *
 * @throws RequestRefusedError naming the first of them.
 */
export function checkNames(owner: string, given: object, known: readonly string[], prefix = ""): void {
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && !known.includes(name))
      refuse(
        prefix + short(name),
        `a name that ${owner} takes: ${known.join(", ") || "none"}${nearest(name, known)}`,
        "an unknown one",
      );
}

function short(text: string): string {
  return text.slice(0, 50);
}

/** ` (did you mean …?)`, where a known name is near. */
function nearest(text: string, known: readonly unknown[]): string {
  const near = nearestName(text, known.map(String));
  return near === undefined ? "" : ` (did you mean ${near}?)`;
}

/**
 * The known name that a wrong one was probably meant to be, if half of its pairs of letters or more are in one. Case, `_` and `-` do not
 * count; of two the shorter is nearer.
 */
export function nearestName(text: string, known: readonly string[]): string | undefined {
  const name = plain(short(text));
  const pairs = Array.from(name.slice(1), (letter, index) => name.charAt(index) + letter);
  const shared = known.map((each) => pairs.filter((pair) => plain(each).includes(pair)).length - each.length / 1e3);
  const most = Math.max(...shared);
  return most * 2 + 1 > pairs.length ? known[shared.indexOf(most)] : undefined;
}

/** With a mark at each end, so that the first and the last letter make a pair, too. */
function plain(name: string): string {
  return `^${name.toLowerCase().replaceAll(/[_-]/g, "")}$`;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}
