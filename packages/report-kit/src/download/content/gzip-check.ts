import { crc32 } from "./crc32.ts";
import { createInflate } from "./inflate.ts";

/** Inflates a gzip (RFC 1952) only to see whether it is whole: all its members, one behind the other. */
export interface GzipCheck {
  update(bytes: Uint8Array): void;
  /** After the last byte. @throws Error for a gzip that is cut or damaged, or has something else behind it. */
  finish(): void;
}

/** Which optional fields a member's header has. */
const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

/** Is given the next byte where it yields "byte"; where it yields "data" it goes on once the deflated stream has ended. */
type Reader<Result> = Generator<"byte" | "data", Result, number>;

/** A number of so many bytes, the lowest first. */
function* number(bytes: number): Reader<number> {
  let value = 0;
  for (let index = 0; index < bytes; index += 1) value += (yield "byte") * 256 ** index;
  return value;
}

function* zeroEnded(): Reader<void> {
  while ((yield "byte") !== 0);
}

/** What follows the first byte of a member's header. */
function* header(): Reader<void> {
  if ((yield "byte") !== 0x8b) throw new Error("something that is no gzip follows it");
  const method = yield "byte";
  const flags = yield "byte";
  if (method !== 8 || flags & flag.reserved) throw new Error("it is compressed in an unknown way");
  yield* number(6);
  if (flags & flag.extra) yield* number(yield* number(2));
  if (flags & flag.name) yield* zeroEnded();
  if (flags & flag.comment) yield* zeroEnded();
  if (flags & flag.headerCrc) yield* number(2);
}

/**
 * Zeros behind the last member are accepted, as every gzip tool does: tapes and block devices pad with them. Anything else
 * there is damage.
 *
 * @param onBytes called with what the members hold; a chunk is valid until it returns. May throw.
 */
export function createGzipCheck(onBytes: (bytes: Uint8Array) => void): GzipCheck {
  const inflate = createInflate();
  let crc = 0;
  let length = 0;
  let isWhole = false;
  let damage: unknown;

  function* members(): Reader<void> {
    for (;;) {
      const first = yield "byte";
      if (isWhole && first === 0) break;
      isWhole = false;
      if (first !== 0x1f) throw new Error("something that is no gzip follows it");
      yield* header();
      crc = length = 0;
      yield "data";
      if ((yield* number(4)) !== crc) throw new Error("its checksum does not fit");
      if ((yield* number(4)) !== length) throw new Error("its length does not fit");
      isWhole = true;
    }
    while ((yield "byte") === 0);
    throw new Error("something follows the zeros behind it");
  }
  const reader = members();
  let wanted = reader.next().value;

  function take(bytes: Uint8Array): void {
    crc = crc32(bytes, crc);
    length = (length + bytes.length) >>> 0;
    onBytes(bytes);
  }

  function read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (wanted === "data") at += inflate.update(bytes.subarray(at), take);
      else {
        wanted = reader.next(bytes[at] ?? 0).value;
        at += 1;
        continue;
      }
      if (inflate.ended) wanted = reader.next(0).value;
    }
  }

  return {
    update(bytes) {
      if (damage !== undefined) return;
      try {
        read(bytes);
      } catch (error) {
        damage = error ?? new Error("unknown");
      }
    },
    finish() {
      if (damage !== undefined) throw damage;
      if (!isWhole) throw new Error("it ends in the middle");
    },
  };
}
