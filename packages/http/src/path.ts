import { RequestRefusedError } from "./errors.ts";

/**
 * Fill the `{names}` of a path. A value is encoded whole, so it can't become a second segment, and what would leave the path, or fall
 * out of it, is refused: nothing, an empty text, `.` and `..`, anything but a text or a finite number.
 *
 * @throws RequestRefusedError naming `params.path.<name>`.
 */
export function fillPath(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const text = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
    if (typeof text !== "string") throw refused(name, value === null ? "null" : typeof value);
    if (text === "" || text === "." || text === "..") throw refused(name, JSON.stringify(text));
    try {
      return encodeURIComponent(text);
    } catch {
      throw refused(name, "half a surrogate pair");
    }
  });
}

function refused(name: string, received: string): RequestRefusedError {
  const expected = 'a text or a number that is neither "" nor "." nor ".."';
  return new RequestRefusedError({ field: `params.path.${name}`, expected, received });
}
