import { crc32 } from "./crc32.ts";
import type { Inflate } from "./inflate.ts";
import { createInflate } from "./inflate.ts";

/** Inflates a gzip (RFC 1952) only to see whether it is whole: all its members, one behind the other. */
export interface GzipCheck {
  update(bytes: Uint8Array): void;
  /** After the last byte. @throws Error for a gzip that is cut or damaged, or has something else behind it. */
  finish(): void;
}

/** Which optional fields a member's header has. */
const flag = { text: 1, headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };
const fixedHeaderBytes = 10;

/**
 * Zeros behind the last member are accepted, as every gzip tool does: tapes and block devices pad with them. Anything else
 * there is damage.
 *
 * @param onBytes called with what the members hold; a chunk is valid until it returns. May throw.
 */
export function createGzipCheck(onBytes: (bytes: Uint8Array) => void): GzipCheck {
  let where: "header" | "extra" | "name" | "comment" | "headerCrc" | "data" | "trailer" | "padding" = "header";
  /** Bytes of the fixed header, of a field's length or of the trailer, as they come. */
  let collected: number[] = [];
  let flags = 0;
  let skip = 0;
  let inflate: Inflate = createInflate();
  let crc = 0;
  let length = 0;
  let damage: Error | undefined;

  function take(bytes: Uint8Array): void {
    crc = crc32(bytes, crc);
    length = (length + bytes.length) >>> 0;
    onBytes(bytes);
  }

  /** What follows in a header after the field that has just ended. */
  function nextField(): void {
    collected = [];
    if (where === "header" && flags & flag.extra) where = "extra";
    else if (["header", "extra"].includes(where) && flags & flag.name) where = "name";
    else if (["header", "extra", "name"].includes(where) && flags & flag.comment) where = "comment";
    else if (where !== "headerCrc" && flags & flag.headerCrc) where = "headerCrc";
    else {
      where = "data";
      inflate = createInflate();
      crc = 0;
      length = 0;
    }
  }

  function beginMember(byte: number): void {
    if (where === "padding") {
      if (byte === 0) return;
      throw new Error("something follows the zeros behind it");
    }
    collected.push(byte);
    if (collected.length === 1 && byte === 0 && members > 0) {
      where = "padding";
      return;
    }
    const [first, second = 0x8b, method = 8, bits = 0] = collected;
    if (first !== 0x1f || second !== 0x8b) throw new Error("something that is no gzip follows it");
    if (method !== 8 || bits & flag.reserved) throw new Error("it is compressed in an unknown way");
    if (collected.length < fixedHeaderBytes) return;
    flags = bits;
    nextField();
  }

  let members = 0;

  function endMember(byte: number): void {
    collected.push(byte);
    if (collected.length < 8) return;
    const view = new DataView(Uint8Array.from(collected).buffer);
    if (view.getUint32(0, true) !== crc) throw new Error("its checksum does not fit");
    if (view.getUint32(4, true) !== length) throw new Error("its length does not fit");
    members += 1;
    collected = [];
    where = "header";
  }

  function readByte(byte: number): void {
    switch (where) {
      case "header":
      case "padding":
        return beginMember(byte);
      case "extra":
        if (collected.length < 2) {
          collected.push(byte);
          skip = (collected[0] ?? 0) | ((collected[1] ?? 0) << 8);
          if (collected.length < 2 || skip > 0) return;
        } else skip -= 1;
        return skip === 0 ? nextField() : undefined;
      case "name":
      case "comment":
        return byte === 0 ? nextField() : undefined;
      case "headerCrc":
        collected.push(byte);
        return collected.length === 2 ? nextField() : undefined;
      case "trailer":
        return endMember(byte);
      case "data":
    }
  }

  function read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (where === "data") {
        at += inflate.update(bytes.subarray(at), take);
        if (inflate.ended) where = "trailer";
      } else {
        readByte(bytes[at] ?? 0);
        at += 1;
      }
    }
  }

  return {
    update(bytes) {
      if (damage !== undefined) return;
      try {
        read(bytes);
      } catch (error) {
        damage = error instanceof Error ? error : new Error(String(error));
      }
    },
    finish() {
      if (damage !== undefined) throw damage;
      const whole = members > 0 && (where === "padding" || (where === "header" && collected.length === 0));
      if (!whole) throw new Error("it ends in the middle");
    },
  };
}
