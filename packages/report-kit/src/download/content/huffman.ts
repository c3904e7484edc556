/** A Huffman code: for the next `bits` bits of the stream, `symbol << 4 | length of its code`; 0 = no such code. */
export interface Code {
  readonly bits: number;
  readonly table: Uint16Array;
}

/**
 * The table of a code that is given by the lengths of its words.
 * @param mayLack it may consist of a single word of one bit, or of none.
 */
export function createCode(lengths: Uint8Array, mayLack = false): Code {
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

/** The codes of a block that brings none of its own. */
export const fixedLiterals: Code = createCode(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
);
export const fixedDistances: Code = createCode(new Uint8Array(32).fill(5));
