/** A Huffman code: for the next `bits` bits of the stream, `symbol << 4 | length of its code`; 0 = no such code. */
export interface Code {
  readonly bits: number;
  readonly table: Uint16Array;
}

export function refuse(): never {
  throw new Error("its compressed data is invalid");
}

/**
 * The table of a code that is given by the lengths of its words.
 * @param mayLack it may consist of a single word of one bit, or of none.
 */
export function createCode(lengths: Uint8Array, mayLack = false): Code {
  const bits = Math.max(1, ...lengths);
  const table = new Uint16Array(1 << bits);
  let code = 0;
  for (let length = 1; length <= bits; length += 1, code <<= 1) {
    lengths.forEach((each, symbol) => {
      if (each !== length) return;
      let reversed = 0;
      for (let bit = 0; bit < length; bit += 1) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
      for (let index = reversed; index < table.length; index += 1 << length) table[index] = (symbol << 4) | length;
      code += 1;
    });
    // More words than there are of this length.
    if (code > 1 << length) refuse();
  }
  // Words are left over.
  if (code < 2 << bits && !(mayLack && bits === 1)) refuse();
  return { bits, table };
}

/** The codes of a block that brings none of its own. */
export const fixedLiterals: Code = createCode(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
);
export const fixedDistances: Code = createCode(new Uint8Array(32).fill(5));
