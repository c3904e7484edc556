import { refuse } from "./errors.ts";
import { checkNames } from "./options.ts";

/**
 * Fill the `{names}` of a path. A value is encoded whole, so it can't become a second segment, and what would leave the path, or fall
 * out of it, is refused: nothing, an empty text, `.` and `..`, anything but a text or a finite number. So is a value that it has no place for.
 *
 * @throws RequestRefusedError naming `params.path.<name>`.
 */
export function fillPath(path: string, values: Readonly<Record<string, unknown>> = {}): string {
  const names: string[] = [];
  const filled = path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    names.push(name);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const text = Number.isFinite(value) ? String(value) : value;
    try {
      if (typeof text === "string" && !/^\.{0,2}$/.test(text)) return encodeURIComponent(text);
    } catch {
      // Half a surrogate pair: what it stands for can't be written.
    }
    return refuse(
      `params.path.${name}`,
      'a text or number, not "", "." or ".."',
      typeof text === "string" ? JSON.stringify(text) : typeof text,
    );
  });
  checkNames("the path", values, names, "params.path.");
  return filled;
}
