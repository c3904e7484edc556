/** Whether a CSV has more than its first line. */
export interface LineCount {
  /** Something follows the first line. */
  readonly more: boolean;
  update(bytes: Uint8Array): void;
}

const quote = 0x22;
const tab = 0x09;
/** A field begins behind one of these: comma, semicolon, tab, vertical bar. */
const delimiters: ReadonlySet<number> = new Set([0x2c, 0x3b, tab, 0x7c]);
/** A mark of UTF-8 or UTF-16 is no part of the first field. */
const marks: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf, 0xff, 0xfe]);

/**
 * A line end within a quoted field belongs to the line, but only where the field is quoted as RFC 4180 has it: a quote that
 * begins a field, and one that ends it, before a delimiter or a line end. With any other quote all line ends count, so that a
 * file with rows never looks empty. Costs nothing once something was seen behind the first line.
 */
export function createLineCount(): LineCount {
  let at: "field start" | "field" | "quoted" | "closing quote" = "field start";
  /** The first line has ended. */
  let ended = false;
  /** The quoted field in progress has a line end, and something behind it. */
  let endedWithin = false;
  let moreWithin = false;
  let more = false;

  /** The field was not quoted properly: what looked like its line ends are line ends. */
  function unquote(): void {
    ended ||= endedWithin;
    more ||= moreWithin;
  }

  function read(byte: number): void {
    const isEnd = byte === 0x0a || byte === 0x0d;
    if (at === "quoted") {
      if (byte === quote) at = "closing quote";
      else if (isEnd) endedWithin = true;
      else if (endedWithin) moreWithin = true;
      return;
    }
    if (at === "closing quote") {
      if (byte === quote) {
        at = "quoted";
        moreWithin ||= endedWithin;
        return;
      }
      if (isEnd || delimiters.has(byte)) {
        endedWithin = false;
        moreWithin = false;
      } else unquote();
    } else if (byte === quote && at === "field start") {
      at = "quoted";
      more ||= ended;
      return;
    }
    if (isEnd) {
      ended = true;
      at = "field start";
    } else {
      more ||= ended && byte !== tab;
      at = delimiters.has(byte) ? "field start" : "field";
    }
  }

  return {
    get more() {
      return more || (at === "quoted" && moreWithin);
    },
    update(bytes) {
      for (let index = 0; index < bytes.length && !more; index += 1) {
        const byte = bytes[index] ?? 0;
        const isBlank = byte <= 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== tab;
        // Blanks, the zero halves of UTF-16 and what pads a file's end are no content.
        if (!isBlank && !(at === "field start" && !ended && marks.has(byte))) read(byte);
      }
    },
  };
}
