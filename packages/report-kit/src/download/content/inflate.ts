/**
 * DEFLATE (RFC 1951), chunk by chunk. It is ours because nothing else answers where a stream ends: the platform's
 * DecompressionStream does not show it, and platforms differ about what may follow. Written to be read beside the RFC.
 */
export interface Inflate {
  /** The stream has ended: what follows is not part of it. */
  readonly ended: boolean;
  /**
   * Take the next bytes, and pass on what they hold; a chunk is valid until `onBytes` returns.
   * @returns how many of the bytes belong to the stream: all of them, until it has ended.
   * @throws Error for what is no such stream.
   */
  update(bytes: Uint8Array, onBytes: (bytes: Uint8Array) => void): number;
}

/** A Huffman code: for the next `bits` bits of the stream, `symbol << 4 | length of its code`; 0 = no such code. */
interface Code {
  readonly bits: number;
  readonly table: Uint16Array;
}

const windowBytes = 32_768;
const longestMatch = 258;
/** No symbol with its extra bits takes more, nor does a block's header before its codes. */
const mostSymbolBits = 48;

const lengthBase = Uint16Array.of(3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258); // prettier-ignore
const lengthExtra = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0); // prettier-ignore
const distanceBase = Uint16Array.of(1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12_289, 16_385, 24_577); // prettier-ignore
const distanceExtra = Uint8Array.of(0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13); // prettier-ignore
const codeLengthOrder = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** Thrown within, where the bytes of this chunk end: the symbol begins again with the next one. */
const moreBytes = new Error("more bytes are needed");

export function createInflate(): Inflate {
  /** Bytes of the last chunk that did not make up a whole symbol. */
  let rest: Uint8Array = new Uint8Array(0);
  let input: Uint8Array = rest;
  let at = 0;
  let held = 0;
  let heldBits = 0;

  const output = new Uint8Array(windowBytes + 65_536 + longestMatch);
  let written = 0;
  let passedOn = 0;
  /** How much of the output is real: a distance beyond it leads nowhere. */
  let total = 0;

  let block: "header" | "stored" | "coded" | "end" = "header";
  let last = false;
  let storedLeft = 0;
  let literals: Code = fixedLiterals;
  let distances: Code = fixedDistances;

  function need(count: number): void {
    while (heldBits < count) {
      if (at >= input.length) throw moreBytes;
      held |= (input[at] ?? 0) << heldBits;
      at += 1;
      heldBits += 8;
    }
  }

  function take(count: number): number {
    if (count === 0) return 0;
    need(count);
    const value = held & ((1 << count) - 1);
    held >>>= count;
    heldBits -= count;
    return value;
  }

  function symbolOf({ bits, table }: Code): number {
    // The last symbols of a stream may be shorter than the longest code: take what there is.
    while (heldBits < bits && at < input.length) {
      held |= (input[at] ?? 0) << heldBits;
      at += 1;
      heldBits += 8;
    }
    const entry = table[held & ((1 << bits) - 1)] ?? 0;
    const length = entry & 15;
    if (length === 0) throw heldBits < bits ? moreBytes : new Error("it has a code that stands for nothing");
    if (length > heldBits) throw moreBytes;
    held >>>= length;
    heldBits -= length;
    return entry >>> 4;
  }

  function passOn(onBytes: (bytes: Uint8Array) => void): void {
    if (written > passedOn) onBytes(output.subarray(passedOn, written));
    passedOn = written;
    if (written <= windowBytes + 32_768) return;
    output.copyWithin(0, written - windowBytes, written);
    written = windowBytes;
    passedOn = written;
  }

  function beginBlock(): void {
    last = take(1) === 1;
    const kind = take(2);
    if (kind === 0) {
      take(heldBits & 7);
      const length = take(16);
      if ((take(16) ^ 0xffff) !== length) throw new Error("the length of one of its blocks is damaged");
      storedLeft = length;
      block = "stored";
    } else if (kind === 1) {
      literals = fixedLiterals;
      distances = fixedDistances;
      block = "coded";
    } else if (kind === 2) {
      readCodes();
      block = "coded";
    } else throw new Error("it has a block of an unknown kind");
  }

  function readCodes(): void {
    const literalCount = take(5) + 257;
    const distanceCount = take(5) + 1;
    const codeCount = take(4) + 4;
    if (literalCount > 286 || distanceCount > 30) throw new Error("one of its blocks has too many codes");
    const codeLengths = new Uint8Array(19);
    for (let index = 0; index < codeCount; index += 1) codeLengths[codeLengthOrder[index] ?? 0] = take(3);
    const code = createCode(codeLengths);
    const lengths = new Uint8Array(literalCount + distanceCount);
    for (let index = 0; index < lengths.length;) {
      const symbol = symbolOf(code);
      if (symbol < 16) {
        lengths[index] = symbol;
        index += 1;
        continue;
      }
      if (symbol === 16 && index === 0) throw new Error("one of its codes repeats nothing");
      const value = symbol === 16 ? (lengths[index - 1] ?? 0) : 0;
      const count = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      if (index + count > lengths.length) throw new Error("one of its blocks has too many codes");
      lengths.fill(value, index, index + count);
      index += count;
    }
    if (lengths[256] === 0) throw new Error("one of its blocks has no end");
    literals = createCode(lengths.subarray(0, literalCount), true);
    distances = createCode(lengths.subarray(literalCount), true);
  }

  function copyMatch(symbol: number): void {
    const length = (lengthBase[symbol - 257] ?? 0) + take(lengthExtra[symbol - 257] ?? 0);
    const code = symbolOf(distances);
    if (length === 0 || code > 29) throw new Error("it has a code that stands for nothing");
    const distance = (distanceBase[code] ?? 0) + take(distanceExtra[code] ?? 0);
    if (distance > total || distance > windowBytes) throw new Error("it refers to bytes before its first");
    const from = written - distance;
    if (distance >= length) output.copyWithin(written, from, from + length);
    // What is copied is also copied from: a pattern that repeats.
    else for (let index = 0; index < length; index += 1) output[written + index] = output[from + index] ?? 0;
    written += length;
    total += length;
  }

  /** The next part of the stream, whole. What it takes is given back by `update` where it was not whole. */
  function next(): void {
    if (block === "header") beginBlock();
    else if (block === "stored") {
      // Whole bytes may be in the bit buffer.
      while (storedLeft > 0 && heldBits >= 8 && written < output.length) {
        output[written] = take(8);
        written += 1;
        total += 1;
        storedLeft -= 1;
      }
      const count = Math.min(storedLeft, input.length - at, output.length - written);
      output.set(input.subarray(at, at + count), written);
      at += count;
      written += count;
      total += count;
      storedLeft -= count;
      if (storedLeft === 0) block = last ? "end" : "header";
      else if (at >= input.length) throw moreBytes;
    } else {
      const symbol = symbolOf(literals);
      if (symbol < 256) {
        output[written] = symbol;
        written += 1;
        total += 1;
      } else if (symbol === 256) block = last ? "end" : "header";
      else copyMatch(symbol);
    }
  }

  return {
    get ended() {
      return block === "end";
    },
    update(bytes, onBytes) {
      const before = rest.length;
      input = before === 0 ? bytes : joined(rest, bytes);
      at = 0;
      for (;;) {
        if (block === "end") {
          // Bits of the last byte that are not used belong to the stream; whole bytes do not.
          at -= heldBits >> 3;
          held = 0;
          heldBits = 0;
          passOn(onBytes);
          return at - before;
        }
        if (written + longestMatch > output.length - 1) passOn(onBytes);
        const state = { at, held, heldBits, last };
        try {
          // Nothing runs short within these bytes: no need to note where a symbol began.
          if (block === "coded" && input.length - at > mostSymbolBits / 8 + 8) {
            const safe = input.length - mostSymbolBits / 8 - 8;
            while (block === "coded" && at < safe && written + longestMatch < output.length) next();
            continue;
          }
          next();
        } catch (error) {
          if (error !== moreBytes) throw error;
          // A stored block keeps what it has taken.
          if (block !== "stored") ({ at, held, heldBits, last } = state);
          rest = input.slice(at);
          // A block's header is a few hundred bytes at most; a symbol, six.
          passOn(onBytes);
          return bytes.length;
        }
      }
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/**
 * The table of a code that is given by the lengths of its words.
 * @param mayLack it may consist of a single word of one bit, or of none.
 */
function createCode(lengths: Uint8Array, mayLack = false): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  let bits = 15;
  while (bits > 1 && counts[bits] === 0) bits -= 1;
  const nextCode = new Uint16Array(16);
  let code = 0;
  for (let length = 1; length <= 15; length += 1) {
    code = (code + (counts[length - 1] ?? 0)) << 1;
    nextCode[length] = code;
    if (code + (counts[length] ?? 0) > 1 << length) throw new Error("one of its codes has too many words");
  }
  const used = counts.reduce((sum, count, length) => sum + count * 2 ** (15 - length), 0);
  if (used < 2 ** 15 && !(mayLack && bits === 1)) throw new Error("one of its codes has too few words");
  const table = new Uint16Array(1 << bits);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    let reversed = 0;
    let word = nextCode[length] ?? 0;
    nextCode[length] = word + 1;
    for (let bit = 0; bit < length; bit += 1, word >>= 1) reversed = (reversed << 1) | (word & 1);
    for (let index = reversed; index < table.length; index += 1 << length) table[index] = (symbol << 4) | length;
  });
  return { bits, table };
}

const fixedLiterals = createCode(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
);
const fixedDistances = createCode(new Uint8Array(32).fill(5));
