import type { FileType } from "./file-type.ts";
import { decode } from "./file-type.ts";

/** How many of the last bytes are looked at: the end record of a zip with a comment of 4 kB, or the end of an XML document. */
const lastCount = 4096;

/** Remembers the last bytes of what goes by, in one buffer. */
export function createLastBytes(): { update(bytes: Uint8Array): void; bytes(): Uint8Array } {
  const last = new Uint8Array(lastCount);
  let length = 0;
  return {
    update(bytes) {
      const added = bytes.subarray(-lastCount);
      const kept = Math.min(length, lastCount - added.length);
      last.copyWithin(0, length - kept, length);
      last.set(added, kept);
      length = kept + added.length;
    },
    bytes: () => last.subarray(0, length),
  };
}

/**
 * Does a file end as one of its type must? A length that fits proves that all of it came, not that it was ever whole.
 * A CSV has no end to be told by; a gzip is inflated instead.
 */
export function endsWhole(type: FileType, head: Uint8Array, tail: Uint8Array, bytes: number): boolean {
  if (type === "zip" || type === "xlsx") return zipEnds(tail, bytes);
  return type !== "xml" || xmlEnds(decode(head, head), decode(tail, head));
}

/** The last thing in a zip is its end record, and the directory it points to lies before it. */
function zipEnds(tail: Uint8Array, bytes: number): boolean {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== 0x06054b50 || view.getUint16(at + 20, true) !== tail.length - at - 22) continue;
    const size = view.getUint32(at + 12, true);
    const offset = view.getUint32(at + 16, true);
    const large = size === 0xffffffff || offset === 0xffffffff; // zip64: the real figures are elsewhere
    return large || offset + size <= bytes - tail.length + at;
  }
  return false;
}

/** The last thing in an XML document, but comments and instructions, is the end of its root. */
function xmlEnds(head: string, tail: string): boolean {
  const end = tail.replace(/(?:\s|<!--(?:(?!-->)[\s\S])*-->|<\?(?:(?!\?>)[\s\S])*\?>)+$/, "");
  const root = /<([\p{L}_][^\s/>]*)/u.exec(head.replace(/<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)/g, ""))?.[1];
  if (root === undefined) return end.endsWith(">");
  const last = end.slice(end.lastIndexOf("<"));
  if (last.startsWith("</")) return last.slice(2, -1).trimEnd() === root && last.endsWith(">");
  // A root that closes itself is the only element there is.
  return last.startsWith(`<${root}`) && last.endsWith("/>");
}
