import type { DownloadErrorCode } from "../download-error.ts";
import { DownloadError } from "../download-error.ts";
import { evidenceOf, evidenceWindow } from "../link/evidence.ts";
import type { ExpectedType, FileType } from "./file-type.ts";
import { errorPageIn, isCamt053, isExpected, recognise, typeBytes } from "./file-type.ts";
import { createGzipCheck } from "./gzip-check.ts";
import type { GzipCheck } from "./gzip-check.ts";
import { createLineCount } from "./line-count.ts";
import { isErrorText } from "./error-text.ts";
import { startsWith, utf16Of } from "./text.ts";
import { createXmlCheck } from "./xml-check.ts";
import type { XmlCheck } from "./xml-check.ts";
import { createZipEnding } from "./zip-ending.ts";
import type { ZipEnding } from "./zip-ending.ts";

/** What a file is held to be. */
export interface Claim {
  readonly expects: ExpectedType | undefined;
  /** The provider's name for the file: one ending in `.json` may hold JSON, which elsewhere is an error page. */
  readonly name: string | undefined;
  /** Where it came from, to be kept out of evidence. */
  readonly link: URL | undefined;
}

/** What is known of a file once its last byte came. */
export interface Checked {
  readonly type: FileType;
  readonly empty: boolean;
  /** It has an end of its own, which was found: a zip's directory, the end of an XML root, the checksum of a gzip. */
  readonly provesItself: boolean;
}

/** Looks at a file as it passes: is it what it claims to be, from its first byte to its last? */
export interface ContentCheck {
  /** Enough came to recognise it. */
  readonly recognisable: boolean;
  /** @throws DownloadError `too-large` for a gzip that holds more than may be. */
  update(bytes: Uint8Array): void;
  /** @throws DownloadError `empty-body`, `error-page`, `wrong-type`. */
  type(claim: Claim): FileType;
  /** After the last byte. @throws DownloadError `truncated`, and as `type`; of what a gzip holds, too. */
  finish(claim: Claim): Checked;
}

/** So many bytes show which check a file needs. */
const startBytes = 4;
/** A file that begins with more blanks than this is none. */
const mostBlanks = 64 * 1024;

/** @param maxBytes the most that a gzip may hold. */
export function createContentCheck(maxBytes: number): ContentCheck {
  /** The first bytes, from the first that is no blank: it is what an error page is recognised by. */
  const first = new Uint8Array(evidenceWindow);
  let firstLength = 0;
  let begun = false;
  let blanks = 0;
  let zerosFirst = false;
  const lines = createLineCount();
  let xml: XmlCheck | undefined;
  let zip: ZipEnding | undefined;
  let gzip: GzipCheck | undefined;
  let inner: ContentCheck | undefined;
  let inflated = 0;
  let tooLarge = false;

  const head = (): Uint8Array => first.subarray(0, firstLength);

  function wrong(code: DownloadErrorCode, message: string, { link }: Claim, cause?: unknown): DownloadError {
    const evidence = firstLength === 0 ? undefined : evidenceOf(head(), link);
    return new DownloadError(code, message, { evidence, cause });
  }

  /** Have the check of the type that these first bytes may be of begin. */
  function begin(bytes: Uint8Array): void {
    begun = true;
    if (bytes[0] === 0x1f) {
      const holds = createContentCheck(maxBytes);
      inner = holds;
      gzip = createGzipCheck((held) => {
        inflated += held.length;
        tooLarge ||= inflated > maxBytes;
        if (tooLarge) throw new Error("it holds too much");
        holds.update(held);
      });
    } else if (startsWith(bytes, [0x50, 0x4b])) zip = createZipEnding();
    else if (bytes[0] === 0x3c || bytes[0] === 0xef || utf16Of(bytes) !== undefined) xml = createXmlCheck();
  }

  /** @param before how many bytes came before these, in pieces that were too small to begin with */
  function feed(bytes: Uint8Array, before: number): void {
    if (!begun) {
      if (firstLength < startBytes) return;
      begin(head());
      if (before > 0) feed(first.subarray(0, before), 0);
    }
    zip?.update(bytes);
    xml?.update(bytes);
    gzip?.update(bytes);
    lines.update(bytes);
  }

  /** A file may be shorter than what is needed to begin with. */
  function feedShort(): void {
    if (begun) return;
    begin(head());
    feed(head(), 0);
  }

  function typeOf(claim: Claim): FileType {
    const { expects } = claim;
    if (firstLength === 0) {
      if (zerosFirst) throw wrong("wrong-type", "The file holds nothing but zero bytes.", claim);
      throw wrong("empty-body", blanks === 0 ? "The answer was a success without a single byte." : "The answer was a success that holds nothing but blanks.", claim); // prettier-ignore
    }
    const recognised = zerosFirst ? "binary" : recognise(head());
    // An archive has its own first bytes first.
    const type = blanks > 0 && ["zip", "xlsx", "gzip"].includes(recognised) ? "binary" : recognised;
    if (type === "json" && expects === undefined && claim.name?.toLowerCase().endsWith(".json") === true) return type;
    const page = type === "xml" && xml !== undefined ? errorPageIn(xml) : type === "json" ? type : undefined;
    if (page !== undefined) {
      throw wrong(
        "error-page",
        `The answer was a success, but holds an error page (${page}) in place of the file. Run it again later; evidence has its first 2 KiB.`,
        claim,
      );
    }
    if (!isExpected(type, expects)) {
      throw wrong("wrong-type", `The file should be ${expects ?? "a report"}, but its first bytes are ${type}.`, claim);
    }
    if (type === "xml" && expects === "camt053" && xml?.root !== undefined && !isCamt053(xml)) {
      const { name, namespace = "no namespace" } = xml.root;
      throw wrong("wrong-type", `The file should be a camt.053 statement, but its root is ${name.slice(0, 80)} in ${namespace.slice(0, 160)}.`, claim); // prettier-ignore
    }
    return type;
  }

  function finishGzip(claim: Claim): Checked {
    if (tooLarge) throw wrong("too-large", `The gzip file holds more than ${maxBytes} bytes.`, claim);
    try {
      gzip?.finish();
    } catch (cause) {
      throw wrong("truncated", `The gzip file is cut or damaged: ${cause instanceof Error ? cause.message : ""}.`, claim, cause); // prettier-ignore
    }
    const held = inner?.finish({ ...claim, name: claim.name?.replace(/\.gz(?:ip)?$/i, "") });
    return { type: "gzip", empty: held?.empty === true, provesItself: true };
  }

  return {
    get recognisable() {
      return firstLength >= typeBytes || blanks > mostBlanks;
    },
    update(chunk) {
      let from = 0;
      if (firstLength === 0) {
        // The mark of UTF-8.
        const mark = blanks === 0 && startsWith(chunk, [0xef, 0xbb, 0xbf]) ? 3 : 0;
        from = mark;
        while (from < chunk.length && isBlank(chunk[from] ?? 0)) {
          zerosFirst ||= chunk[from] === 0;
          from += 1;
        }
        blanks += from - mark;
      }
      const bytes = chunk.subarray(from);
      const before = firstLength;
      first.set(bytes.subarray(0, first.length - before), before);
      firstLength = Math.min(first.length, firstLength + bytes.length);
      feed(bytes, before);
      if (tooLarge) throw new DownloadError("too-large", `The gzip file holds more than ${maxBytes} bytes.`);
    },
    type(claim) {
      feedShort();
      return typeOf(claim);
    },
    finish(claim) {
      feedShort();
      const type = typeOf(claim);
      if (type === "gzip") return finishGzip(claim);
      if (type === "zip" || type === "xlsx") {
        const ending = zip?.read();
        if (ending === undefined) throw noEnd(type, claim);
        return { type: ending.isWorkbook ? "xlsx" : type, empty: false, provesItself: true };
      }
      if (type === "xml") {
        if (xml?.whole !== true) throw noEnd(type, claim);
        return { type, empty: false, provesItself: true };
      }
      if (type === "text" && !lines.more && isErrorText(head(), claim.expects === "csv")) {
        throw wrong("error-page", "The answer was a success, but holds a message in place of the file.", claim);
      }
      return { type, empty: type === "text" && !lines.more, provesItself: false };
    },
  };

  function noEnd(type: FileType, claim: Claim): DownloadError {
    return wrong("truncated", `The ${type} file has no end: what made it stopped in the middle.`, claim);
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0;
}
