/** What a request can say its file will be. */
export type ExpectedType = "xml" | "csv" | "xlsx" | "zip";

/** What the first bytes look like. `text` is anything readable that is no markup and no JSON: a CSV has no mark of its own. */
export type FileType = "xml" | "html" | "json" | "text" | "xlsx" | "zip" | "gzip" | "binary";

/** How many bytes are needed to tell. */
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

/** Recognise a file by its first bytes (`typeBytes` of them, or all there are): never empty. */
export function recognise(head: Uint8Array): FileType {
  if (startsWith(head, 0x1f, 0x8b)) return "gzip";
  // A local file header, or the end record of an archive without files.
  if (startsWith(head, 0x50, 0x4b, 3, 4) || startsWith(head, 0x50, 0x4b, 5, 6))
    return isWorkbook(head) ? "xlsx" : "zip";
  const text = decode(head, head);
  // oxlint-disable-next-line no-control-regex -- no text has them
  if (/[\u0000-\u0008\u000e-\u001a]/.test(text) || text.startsWith("%PDF-")) return "binary";
  const begin = text.replace(/^\s+/, "");
  if (begin.startsWith("<")) return isHtml(begin) ? "html" : /^<[?!\p{L}_]/u.test(begin) ? "xml" : "text";
  return /^(?:\{\s*(?:["}]|$)|\[\s*[[{\]"\d])/.test(begin) ? "json" : "text";
}

/** Some of a file's bytes as text: UTF-8 (what is not is replaced), or UTF-16 where its first bytes are that mark. */
export function decode(bytes: Uint8Array, head: Uint8Array): string {
  const utf16 = startsWith(head, 0xff, 0xfe) ? "utf-16le" : startsWith(head, 0xfe, 0xff) ? "utf-16be" : undefined;
  return new TextDecoder(utf16).decode(bytes);
}

/** Does a file of this type do where the other was asked for? The report may come compressed, whatever it is. */
export function isExpected(type: FileType, expected: ExpectedType | undefined): boolean {
  switch (type) {
    case "zip":
    case "gzip":
      return true;
    case "xlsx":
      return expected !== "csv" && expected !== "xml";
    case "xml":
      return expected === undefined || expected === "xml";
    case "text":
      return expected === undefined || expected === "csv";
    case "binary":
      return expected === undefined;
    case "html":
    case "json":
      return false;
  }
}

/** An XML document that storage answers with when something is wrong (S3, Azure, Google): `<Error><Code>…`. */
export function isErrorDocument(head: Uint8Array): boolean {
  return /^\s*(?:<\?xml[^>]*>)?\s*<Error\b[^>]*>\s*<(?:Code|Message)>/.test(decode(head, head));
}

function isHtml(begin: string): boolean {
  return /^(?:<!--[\s\S]*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body|title|script|h1|p|div|center)\b/i.test(
    begin,
  );
}

/** The first files of a workbook are always these. */
function isWorkbook(head: Uint8Array): boolean {
  const nameLength = (head[26] ?? 0) | ((head[27] ?? 0) << 8);
  const first = new TextDecoder().decode(head.subarray(30, 30 + nameLength));
  return /^(?:\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/)/.test(first);
}

function startsWith(head: Uint8Array, ...bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}
