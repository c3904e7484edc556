import { startsWith } from "./text.ts";

/** Remembers the end of a zip as it passes: its directory, and what that says of it. */
export interface ZipEnding {
  update(bytes: Uint8Array): void;
  /** After the last byte. @returns undefined for a zip that has no end, or whose directory lies beyond it. */
  read(): { readonly isWorkbook: boolean } | undefined;
}

const endRecord = { bytes: 22, signature: [0x50, 0x4b, 5, 6] };
const zip64Locator = { bytes: 20, signature: [0x50, 0x4b, 6, 7] };
const zip64EndRecord = { bytes: 56, signature: [0x50, 0x4b, 6, 6] };
const directoryEntry = { bytes: 46, signature: [0x50, 0x4b, 1, 2] };
const longestComment = 65_535;
/** Of the directory, what lies in this many bytes is looked at: some thousand entries; a workbook has a few dozen. */
const lastCount = longestComment + 256 * 1024;

export function createZipEnding(): ZipEnding {
  const ring = new Uint8Array(lastCount);
  let count = 0;

  /** The last bytes, in order. */
  function lastBytes(): Uint8Array {
    if (count <= lastCount) return ring.subarray(0, count);
    const at = count % lastCount;
    const last = new Uint8Array(lastCount);
    last.set(ring.subarray(at));
    last.set(ring.subarray(0, at), lastCount - at);
    return last;
  }

  return {
    update(bytes) {
      for (let from = Math.max(0, bytes.length - lastCount); from < bytes.length;) {
        const at = (count + from) % lastCount;
        const piece = bytes.subarray(from, from + lastCount - at);
        ring.set(piece, at);
        from += piece.length;
      }
      count += bytes.length;
    },
    read() {
      const last = lastBytes();
      const first = count - last.length;
      const directory = findDirectory(last, first);
      return directory && { isWorkbook: holdsWorkbook(last, directory.from - first, directory.to - first) };
    },
  };
}

/** Where the directory lies. @param first where in the file the last bytes begin. */
function findDirectory(last: Uint8Array, first: number): { readonly from: number; readonly to: number } | undefined {
  const view = new DataView(last.buffer, last.byteOffset, last.byteLength);
  const lowest = Math.max(0, last.length - endRecord.bytes - longestComment);
  for (let at = last.length - endRecord.bytes; at >= lowest; at -= 1) {
    if (last[at] !== 0x50 || !startsWith(last, endRecord.signature, at)) continue;
    // The comment reaches to the end of the file; other bytes only look like the record.
    if (view.getUint16(at + 20, true) !== last.length - at - endRecord.bytes) continue;
    const size = view.getUint32(at + 12, true);
    const from = view.getUint32(at + 16, true);
    const large = size === 0xffffffff || from === 0xffffffff ? readZip64(last, view, at, first) : undefined;
    const directory = large ?? { from, to: from + size };
    return directory.to <= first + at ? directory : undefined;
  }
  return undefined;
}

/** The directory of a zip with more than 4 GiB, by the record that the locator before the end record points to. */
function readZip64(last: Uint8Array, view: DataView, end: number, first: number) {
  const locator = end - zip64Locator.bytes;
  if (locator < 0 || !startsWith(last, zip64Locator.signature, locator)) return undefined;
  const at = Number(view.getBigUint64(locator + 8, true)) - first;
  if (at < 0 || at + zip64EndRecord.bytes > locator || !startsWith(last, zip64EndRecord.signature, at))
    return undefined;
  const from = Number(view.getBigUint64(at + 48, true));
  return { from, to: from + Number(view.getBigUint64(at + 40, true)) };
}

/** Is one of the entries what makes a zip a workbook? */
function holdsWorkbook(last: Uint8Array, from: number, to: number): boolean {
  const view = new DataView(last.buffer, last.byteOffset, last.byteLength);
  for (let at = from; at >= 0 && at + directoryEntry.bytes <= to;) {
    if (!startsWith(last, directoryEntry.signature, at)) return false;
    const nameLength = view.getUint16(at + 28, true);
    const nameAt = at + directoryEntry.bytes;
    if (isOfWorkbook(last.subarray(nameAt, nameAt + nameLength))) return true;
    at = nameAt + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return false;
}

/** Is the first file of a zip one that a workbook begins with? Most do; a later look at its directory decides. */
export function beginsWorkbook(head: Uint8Array): boolean {
  const nameLength = (head[26] ?? 0) | ((head[27] ?? 0) << 8);
  return startsWith(head, [0x50, 0x4b, 3, 4]) && isOfWorkbook(head.subarray(30, 30 + nameLength));
}

function isOfWorkbook(name: Uint8Array): boolean {
  const text = new TextDecoder().decode(name.subarray(0, 32));
  return text === "[Content_Types].xml" || text.startsWith("xl/");
}
