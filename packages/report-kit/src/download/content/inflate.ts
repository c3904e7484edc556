import type { Code } from "./huffman.ts";
import { createCode, fixedDistances, fixedLiterals, refuse } from "./huffman.ts";

/**
 * DEFLATE (RFC 1951), chunk by chunk, one stream behind the other. It is ours because nothing smaller shows where a stream ends: the
 * platform's DecompressionStream does not, and platforms differ about what may follow (ADR 22). Written to be read beside the RFC.
 */
export interface Inflate {
  /** The stream has ended: what follows is not part of it, and the next update begins another. */
  readonly ended: boolean;
  /**
   * Take the next bytes, and pass on what they hold; a chunk is valid until `onBytes` returns.
   * @returns how many of the bytes belong to the stream: all of them, until it has ended.
   * @throws Error for what is no such stream.
   */
  update(bytes: Uint8Array, onBytes: (bytes: Uint8Array) => void): number;
}

const windowBytes = 32_768;
const longestMatch = 258;

const codeLengthOrder = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);
/** The extra bits behind the symbol of a length (from 257) or a distance. */
const lengthExtra = Uint8Array.from({ length: 29 }, (_, symbol) => (symbol < 8 || symbol > 27 ? 0 : (symbol >> 2) - 1));
const distanceExtra = Uint8Array.from({ length: 30 }, (_, symbol) => (symbol < 4 ? 0 : (symbol >> 1) - 1));
const lengthBase = basesOf(lengthExtra, 3);
const distanceBase = basesOf(distanceExtra, 1);
// The last symbol would be 259: it has the longest match to itself.
lengthBase[28] = longestMatch;

/** The least value of each symbol: they follow on one another, each with as many values as its extra bits can write. */
function basesOf(extra: Uint8Array, first: number): Uint16Array {
  let next = first;
  return Uint16Array.from(extra, (bits) => (next += 1 << bits) - (1 << bits));
}

/** Thrown within, where the bytes of this chunk end: what was being read begins again with the next one. */
const moreBytes = new Error("more bytes are needed");

export function createInflate(): Inflate {
  /** A chunk, and before it what the last one had of a symbol or block header that was not whole. */
  let input: Uint8Array = new Uint8Array(0);
  let at = 0;
  let held = 0;
  let heldBits = 0;
  /** All three where the symbol or header that is being read began. */
  let atBegin = 0;
  let heldAtBegin = 0;
  let bitsAtBegin = 0;

  const output = new Uint8Array(windowBytes + 65_536 + longestMatch);
  let written = 0;
  let passedOn = 0;

  let block: "header" | "stored" | "coded" | "end" = "header";
  let isLast = false;
  let storedLeft = 0;
  let literals: Code = fixedLiterals;
  let distances: Code = fixedDistances;

  /** Hold so many bits, or all there are: the last symbols of a stream may be shorter than the longest code. */
  function hold(count: number): void {
    for (; heldBits < count && at < input.length; at += 1, heldBits += 8) held |= (input[at] ?? 0) << heldBits;
  }

  function drop(count: number): void {
    if (heldBits < count) throw moreBytes;
    held >>>= count;
    heldBits -= count;
  }

  function take(count: number): number {
    hold(count);
    const value = held & ((1 << count) - 1);
    drop(count);
    return value;
  }

  function symbolOf({ bits, table }: Code): number {
    hold(bits);
    const entry = table[held & ((1 << bits) - 1)] ?? 0;
    if (entry === 0 && heldBits >= bits) refuse();
    drop(entry & 15 || bits);
    return entry >>> 4;
  }

  function passOn(onBytes: (bytes: Uint8Array) => void): void {
    if (written > passedOn) onBytes(output.subarray(passedOn, written));
    if (written > windowBytes * 2) {
      output.copyWithin(0, written - windowBytes, written);
      written = windowBytes;
    }
    passedOn = written;
  }

  function beginBlock(): void {
    isLast = take(1) === 1;
    const kind = take(2);
    if (kind === 0) {
      drop(heldBits & 7);
      storedLeft = take(16);
      if ((take(16) ^ 0xffff) !== storedLeft) refuse();
    } else if (kind === 1) [literals, distances] = [fixedLiterals, fixedDistances];
    else if (kind === 2) readCodes();
    else refuse();
    block = kind === 0 ? "stored" : "coded";
  }

  function readCodes(): void {
    const literalCount = take(5) + 257;
    const lengths = new Uint8Array(literalCount + take(5) + 1);
    const codeCount = take(4) + 4;
    if (literalCount > 286 || lengths.length - literalCount > 30) refuse();
    const codeLengths = new Uint8Array(19);
    for (const symbol of codeLengthOrder.subarray(0, codeCount)) codeLengths[symbol] = take(3);
    const code = createCode(codeLengths);
    for (let index = 0; index < lengths.length;) {
      const symbol = symbolOf(code);
      // 16 repeats the length before it; 17 and 18 repeat zero.
      if (symbol === 16 && index === 0) refuse();
      const value = symbol < 16 ? symbol : symbol === 16 ? lengths[index - 1] : 0;
      const count = symbol < 16 ? 1 : symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      if (index + count > lengths.length) refuse();
      lengths.fill(value ?? 0, index, (index += count));
    }
    // A block without the symbol of its end has none.
    if (lengths[256] === 0) refuse();
    literals = createCode(lengths.subarray(0, literalCount), true);
    distances = createCode(lengths.subarray(literalCount), true);
  }

  function readStored(): void {
    const count = Math.min(storedLeft, input.length - at, output.length - written);
    output.set(input.subarray(at, at + count), written);
    at += count;
    written += count;
    storedLeft -= count;
    if (storedLeft === 0) block = isLast ? "end" : "header";
  }

  function readSymbol(): void {
    const symbol = symbolOf(literals);
    if (symbol < 256) {
      output[written] = symbol;
      written += 1;
    } else if (symbol === 256) block = isLast ? "end" : "header";
    else copyMatch(symbol - 257);
  }

  function copyMatch(symbol: number): void {
    const length = (lengthBase[symbol] ?? refuse()) + take(lengthExtra[symbol] ?? 0);
    const code = symbolOf(distances);
    const distance = (distanceBase[code] ?? refuse()) + take(distanceExtra[code] ?? 0);
    // The output keeps a whole window: what lies before it was never written.
    if (distance > written) refuse();
    const end = written + length;
    // What is copied may be copied from: a pattern that repeats.
    for (let to = written; to < end; to += 1) output[to] = output[to - distance] ?? 0;
    written = end;
  }

  const hasEnded = (): boolean => block === "end";

  return {
    get ended() {
      return hasEnded();
    },
    update(bytes, onBytes) {
      if (hasEnded()) {
        block = "header";
        written = passedOn = 0;
      }
      const rest = input.subarray(at);
      input = new Uint8Array(rest.length + bytes.length);
      input.set(rest);
      input.set(bytes, rest.length);
      at = 0;
      try {
        while (!hasEnded()) {
          if (written + longestMatch >= output.length) passOn(onBytes);
          atBegin = at;
          heldAtBegin = held;
          bitsAtBegin = heldBits;
          if (block === "header") beginBlock();
          else if (block === "coded") readSymbol();
          else if (at < input.length || storedLeft === 0) readStored();
          else throw moreBytes;
        }
        // The bits that fill up the last byte belong to the stream; whole bytes do not.
        at -= heldBits >> 3;
        held = heldBits = 0;
      } catch (error) {
        if (error !== moreBytes) throw error;
        at = atBegin;
        held = heldAtBegin;
        heldBits = bitsAtBegin;
      }
      passOn(onBytes);
      const taken = at - rest.length;
      if (!hasEnded()) return bytes.length;
      at = input.length;
      return taken;
    },
  };
}
