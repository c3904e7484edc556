import { createHash } from "node:crypto";

/** A small deterministic source of numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [minimum, maximum]. */
  integer(minimum: number, maximum: number): number;
  /** One of the items (at least one). */
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** `length` decimal digits, the first of which is not 0. */
  digits(length: number): string;
}

/** sfc32, seeded from the SHA-256 of the seed's text: quick enough for files of gigabytes, good enough for test data, not for secrets. */
export function createRandom(seed: string): Random {
  const digest = createHash("sha256").update(seed).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let d = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round++) next();
  const integer = (minimum: number, maximum: number): number => minimum + Math.floor(next() * (maximum - minimum + 1));
  return {
    next,
    integer,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
    digits: (length) => {
      let text = String(integer(1, 9));
      while (text.length < length) text += String(integer(0, 9));
      return text;
    },
  };
}

/** A UUID that depends on `name` alone (SHA-256, version 8 of RFC 9562): the sandbox's stand-in for every id a provider derives or draws. */
export function uuidFrom(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
