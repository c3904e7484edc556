import { ReportRequestError } from "../errors.ts";
import type { JsonObject } from "../json.ts";

const prefix = "rk1.";
const longest = 16_384;

/** What a bookmark says: enough to name the job and go on with it anywhere. No secrets. */
export interface Bookmark {
  /** The id of the report source. */
  readonly source: string;
  readonly key: string;
  readonly epoch: number;
  readonly request: JsonObject;
}

/** Write a bookmark: URL-safe text of one line. */
export function formatBookmark(bookmark: Bookmark): string {
  const text = JSON.stringify([bookmark.source, bookmark.key, bookmark.epoch, bookmark.request]);
  let binary = ""; // `Array.from` takes ten times as long, and a list of jobs makes thousands
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return prefix + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Read a bookmark.
 * @throws ReportRequestError for anything that is not one, and for one of a newer version (refused, never guessed).
 */
export function parseBookmark(text: string): Bookmark {
  if (typeof text !== "string" || text.length > longest) throw refused(`a ${typeof text}`);
  if (!text.startsWith(prefix)) {
    throw refused(/^rk\d+\./.test(text) ? "one of another version: update report-kit here" : "other text");
  }
  try {
    const binary = atob(text.slice(prefix.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const parts: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (!Array.isArray(parts) || parts.length !== 4) throw refused("damaged text");
    const [source, key, epoch, request]: unknown[] = parts;
    if (typeof source === "string" && typeof key === "string" && typeof epoch === "number" && isObject(request)) {
      return { source, key, epoch, request };
    }
  } catch {
    // Not base64, not UTF-8 or not JSON: the same to the caller.
  }
  throw refused("damaged text");
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(received: string): ReportRequestError {
  return new ReportRequestError({
    code: "invalid-bookmark",
    field: "bookmark",
    expected: 'a bookmark of a report job (it begins with "rk1.")',
    received,
  });
}
