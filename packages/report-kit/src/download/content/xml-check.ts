import { utf16Of } from "./text.ts";

/** The root element of a document. */
export interface XmlRoot {
  /** As written, with its prefix. */
  readonly name: string;
  readonly localName: string;
  /** By its xmlns declarations; undefined without one. */
  readonly namespace: string | undefined;
}

/** Looks at an XML document as it passes: what its root is, and whether the root has its end. */
export interface XmlCheck {
  /** Known once its start tag came. */
  readonly root: XmlRoot | undefined;
  /** The document type is HTML's. */
  readonly isHtml: boolean;
  /** The root has ended, and nothing but blanks, comments and instructions followed. */
  readonly whole: boolean;
  update(bytes: Uint8Array): void;
}

/** A name or a namespace that is longer is none. */
const longestTag = 16_384;
const char = (text: string): number => text.charCodeAt(0);
const [open, close, slash, bang, question, dash] = ["<", ">", "/", "!", "?", "-"].map(char) as [
  number,
  number,
  number,
  number,
  number,
  number,
]; // one each
const [quoteMark, apostrophe, bracketOpen, bracketClose] = ['"', "'", "[", "]"].map(char) as [
  number,
  number,
  number,
  number,
]; // one each

/**
 * Byte by byte, in one pass, without looking back: comments, instructions, CDATA and the document type are skipped, tags are
 * counted. Only the root's own tag is read. What follows the root may be blanks, and the NUL or Ctrl-Z that some systems
 * pad the end of a file with.
 */
export function createXmlCheck(): XmlCheck {
  let where: "text" | "open" | "bang" | "comment" | "instruction" | "cdata" | "doctype" | "start" | "end" = "text";
  /** The last three bytes, for `-->`, `?>` and `]]>`. */
  let before = 0;
  let depth = 0;
  let junk = false;
  let rootEnded = false;
  let inQuotes = 0;
  let brackets = 0;
  let tag: number[] | undefined = [];
  let tagBytes = 0;
  let declaration = "";
  let isHtml = false;
  let root: XmlRoot | undefined;
  let utf8: ((bytes: Uint8Array) => Uint8Array) | undefined;

  function endStartTag(closesItself: boolean): void {
    if (root === undefined && tag !== undefined) {
      root = readRoot(new TextDecoder().decode(Uint8Array.from(tag)));
      tag = undefined;
    }
    if (rootEnded) junk = true;
    if (closesItself) rootEnded ||= depth === 0;
    else depth += 1;
    where = "text";
  }

  function endEndTag(): void {
    depth -= 1;
    if (depth === 0) rootEnded = true;
    if (depth < 0) junk = true;
    where = "text";
  }

  function readStart(byte: number): void {
    tagBytes += 1;
    if (tag !== undefined && tagBytes <= longestTag) tag.push(byte);
    if (inQuotes !== 0) {
      if (byte === inQuotes) inQuotes = 0;
    } else if (byte === quoteMark || byte === apostrophe) inQuotes = byte;
    else if (byte === close) endStartTag((before & 0xff) === slash);
  }

  function readBang(byte: number): void {
    declaration += String.fromCharCode(byte);
    if (declaration === "--") where = "comment";
    else if (declaration === "[CDATA[") where = "cdata";
    else if (/^doctype\s/i.test(declaration) || declaration.length > 8 || byte === close) {
      where = "doctype";
      if (byte === close) where = "text";
      declaration = "";
    } else return;
    before = 0;
    brackets = 0;
  }

  function readDoctype(byte: number): void {
    if (declaration.length < 5) {
      if (declaration !== "" || byte > 0x20) declaration += String.fromCharCode(byte);
      isHtml ||= /^html[\s>]$/i.test(declaration);
    }
    if (byte === bracketOpen) brackets += 1;
    else if (byte === bracketClose) brackets -= 1;
    else if (byte === close && brackets <= 0) where = "text";
  }

  function read(byte: number): void {
    switch (where) {
      case "open":
        if (byte === bang) {
          where = "bang";
          declaration = "";
        } else if (byte === question) where = "instruction";
        else if (byte === slash) where = "end";
        else {
          where = "start";
          inQuotes = 0;
          tagBytes = 0;
          tag &&= [];
          before = 0;
          readStart(byte);
        }
        break;
      case "bang":
        return readBang(byte);
      case "comment":
        if (byte === close && (before & 0xffff) === ((dash << 8) | dash)) where = "text";
        break;
      case "instruction":
        if (byte === close && (before & 0xff) === question) where = "text";
        break;
      case "cdata":
        if (byte === close && (before & 0xffff) === ((bracketClose << 8) | bracketClose)) where = "text";
        break;
      case "doctype":
        readDoctype(byte);
        break;
      case "start":
        readStart(byte);
        break;
      case "end":
        if (byte === close) endEndTag();
        break;
      case "text":
    }
    before = ((before << 8) | byte) & 0xffffff;
  }

  function readText(bytes: Uint8Array, from: number): number {
    const found = bytes.indexOf(open, from);
    const end = found === -1 ? bytes.length : found;
    // Within the root, text is of no interest.
    for (let at = from; at < end && rootEnded && !junk; at += 1) junk = !isPadding(bytes[at] ?? 0);
    if (found === -1) return end;
    where = "open";
    before = 0;
    return end + 1;
  }

  return {
    get root() {
      return root;
    },
    get isHtml() {
      return isHtml;
    },
    get whole() {
      return rootEnded && !junk && depth === 0 && where === "text";
    },
    update(bytes) {
      utf8 ??= toUtf8(bytes);
      const input = utf8(bytes);
      for (let at = 0; at < input.length;) {
        if (where === "text") at = readText(input, at);
        else {
          read(input[at] ?? 0);
          at += 1;
        }
      }
    },
  };
}

function toUtf8(first: Uint8Array): (bytes: Uint8Array) => Uint8Array {
  const coding = utf16Of(first);
  if (coding === undefined) return (bytes) => bytes;
  const decoder = new TextDecoder(coding);
  return (bytes) => new TextEncoder().encode(decoder.decode(bytes, { stream: true }));
}

function isPadding(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0 || byte === 0x1a;
}

/** @param tag what stands between `<` and, included, `>`; a name ends at a blank, `/` or `>`. */
function readRoot(tag: string): XmlRoot {
  const name = /^[^\s/>]*/.exec(tag)?.[0] ?? "";
  const colon = name.indexOf(":");
  const prefix = colon === -1 ? "" : name.slice(0, colon);
  const declares = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
  let namespace: string | undefined;
  for (const [, attribute, double, single] of tag.matchAll(
    /(?<=[\s"'])([^\s=<>"'/]+)\s{0,64}=\s{0,64}(?:"([^"]*)"|'([^']*)')/g,
  )) {
    if (attribute === declares) namespace ??= double ?? single;
  }
  return { name, localName: name.slice(colon + 1), namespace };
}
