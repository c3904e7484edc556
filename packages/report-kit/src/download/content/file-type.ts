import { decode, startsWith } from "./text.ts";
import type { XmlCheck } from "./xml-check.ts";
import { beginsWorkbook } from "./zip-ending.ts";

/**
 * What a request can say its file will be. `camt053`: an XML document whose root is `Document` in a namespace of camt.053;
 * `xml`: any.
 */
export type ExpectedType = "camt053" | "xml" | "csv" | "xlsx" | "zip";

/** What the first bytes look like. `text` is anything readable that is no markup and no JSON: a CSV has no mark of its own. */
export type FileType = "xml" | "html" | "json" | "text" | "xlsx" | "zip" | "gzip" | "binary";

/** How many bytes a file is recognised by. */
export const typeBytes = 1024;

/** What a type is called: the ending of a name, and the media type. */
export const typeNames: Readonly<Record<FileType, readonly [extension: string, mediaType: string | undefined]>> = {
  xml: ["xml", "application/xml"],
  html: ["html", "text/html"],
  json: ["json", "application/json"],
  text: ["csv", undefined],
  xlsx: ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  zip: ["zip", "application/zip"],
  gzip: ["gz", "application/gzip"],
  binary: ["bin", undefined],
};

/** Which types do where one is expected. The report may come compressed, whatever it is. */
const accepted: Readonly<Record<ExpectedType | "anything", ReadonlySet<FileType>>> = {
  camt053: new Set(["xml", "zip", "gzip"]),
  xml: new Set(["xml", "zip", "gzip"]),
  csv: new Set(["text", "zip", "gzip"]),
  xlsx: new Set(["xlsx", "zip", "gzip"]),
  zip: new Set(["zip", "xlsx", "gzip"]),
  anything: new Set(["xml", "text", "xlsx", "zip", "gzip", "binary"]),
};

/** Recognise a file by its first bytes (`typeBytes` of them, or all there are), of which the first is no blank. */
export function recognise(head: Uint8Array): FileType {
  if (startsWith(head, [0x1f, 0x8b])) return "gzip";
  // A local file header, or the end record of an archive without files.
  if (startsWith(head, [0x50, 0x4b, 3, 4])) return beginsWorkbook(head) ? "xlsx" : "zip";
  if (startsWith(head, [0x50, 0x4b, 5, 6])) return "zip";
  const text = decode(head, head);
  // oxlint-disable-next-line no-control-regex -- no text has them, but some systems pad its end with NUL or Ctrl-Z
  if (/[\u0000-\u0008\u000e-\u001a]/.test(withoutPadding(text)) || text.startsWith("%PDF-")) return "binary";
  const begin = text.trimStart();
  if (begin.startsWith("<")) return /^<[?!\p{L}_]/u.test(begin) ? "xml" : "text";
  return isJson(begin) ? "json" : "text";
}

export function isExpected(type: FileType, expected: ExpectedType | undefined): boolean {
  return accepted[expected ?? "anything"].has(type);
}

/** Elements that a web page begins with. */
const htmlRoots: ReadonlySet<string> = new Set(["html", "head", "body", "title", "script", "h1", "p", "div", "center"]);
/** Roots of what storage and gateways answer with when something is wrong (S3, Azure, Google, RFC 9457). */
const errorRoots: ReadonlySet<string> = new Set(["error", "errors", "errorresponse", "fault", "problem"]);

/** Is it a web page or an error in place of a document? A prefix makes another name: `p:Document` is no `<p>`. */
export function errorPageIn({ root, isHtml }: XmlCheck): "html" | "xml" | undefined {
  if (isHtml || htmlRoots.has(root?.name.toLowerCase() ?? "")) return "html";
  return errorRoots.has(root?.localName.toLowerCase() ?? "") ? "xml" : undefined;
}

/** Is it a camt.053 statement? */
export function isCamt053({ root }: XmlCheck): boolean {
  const family = "urn:iso:std:iso:20022:tech:xsd:camt.053.";
  return root?.localName === "Document" && root.namespace?.trim().startsWith(family) === true;
}

/** The first characters of an object or a list. A CSV may begin with a brace or a bracket, too, but not like this. */
function isJson(begin: string): boolean {
  const next = begin.slice(1).trimStart().charAt(0);
  if (begin.startsWith("{")) return next === "" || next === '"' || next === "}";
  return begin.startsWith("[") && /[[{\]"\d]/.test(next);
}

/** A text without the NULs and Ctrl-Zs that its end may be padded with. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && "\0\u001a\r\n".includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
