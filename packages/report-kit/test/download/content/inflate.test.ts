import { constants, deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGzipCheck } from "../../../src/download/content/gzip-check.ts";
import { createInflate } from "../../../src/download/content/inflate.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";

/** Inflate bytes that come in pieces of the given sizes, again and again. */
function inflated(bytes: Uint8Array, pieces: readonly number[]): { readonly held: Buffer; readonly rest: number } {
  const inflate = createInflate();
  const held: Uint8Array[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length && !inflate.ended; turn += 1) {
    const piece = bytes.subarray(at, at + (pieces[turn % pieces.length] ?? 1));
    const taken = inflate.update(piece, (chunk) => void held.push(chunk.slice()));
    at += taken;
    if (!inflate.ended) expect(taken).toBe(piece.length);
  }
  if (!inflate.ended) throw new Error("unexpected end of file");
  return { held: Buffer.concat(held), rest: bytes.length - at };
}

/** What the members of a gzip hold, as the check passes it on. */
function checked(bytes: Uint8Array, piece: number): Buffer {
  const held: Uint8Array[] = [];
  const check = createGzipCheck((chunk) => void held.push(chunk.slice()));
  for (let at = 0; at < bytes.length; at += piece) check.update(bytes.subarray(at, at + piece));
  check.finish();
  return Buffer.concat(held);
}

/** What inflating comes to: the bytes, that they are cut, or that they are refused. */
function outcome(run: () => Buffer): string {
  try {
    return run().toString("latin1");
  } catch (error) {
    return String(error).includes("unexpected end of file") ? "cut" : "refused";
  }
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  // What repeats near and far, as reports do.
  fc
    .tuple(
      fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(5), { maxLength: 9000 }),
    )
    .map(([words, order]) => Buffer.from(order.map((index) => words[index % words.length]).join(","))),
  fc.tuple(fc.nat(255), fc.nat(200_000)).map(([byte, length]) => Buffer.alloc(length, byte)),
);

describe("a deflated stream", () => {
  it(
    "holds what it was made of, however it was compressed and in whatever pieces it comes",
    { timeout: 120_000 },
    () => {
      const how = fc.record({
        level: fc.integer({ min: 0, max: 9 }),
        memLevel: fc.integer({ min: 1, max: 9 }),
        strategy: fc.constantFrom(
          constants.Z_DEFAULT_STRATEGY,
          constants.Z_FILTERED,
          constants.Z_HUFFMAN_ONLY,
          constants.Z_RLE,
          constants.Z_FIXED,
        ),
      });
      const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 70_000 })), {
        minLength: 1,
      });
      fc.assert(
        fc.property(content, how, pieces, fc.uint8Array({ maxLength: 20 }), (bytes, options, sizes, behind) => {
          const { held, rest } = inflated(Buffer.concat([deflateRawSync(bytes, options), behind]), sizes);
          expect(held.equals(Buffer.from(bytes))).toBe(true);
          // It knows where it ends.
          expect(rest).toBe(behind.length);
        }),
        { seed: 20_261_128, numRuns: soak ? 5000 : 300 },
      );
    },
  );

  it("that is changed means what it means to zlib: the same bytes, or none, or a refusal", { timeout: 120_000 }, () => {
    const text = fc
      .array(fc.constantFrom("a", "bc", ";", "19", "\n"), { maxLength: 120 })
      .map((parts) => parts.join(""));
    const strategy = fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_FIXED);
    // Most of the bits that can break a rule stand in the first bytes, where a block says how it is coded.
    const changes = fc.array(fc.tuple(fc.oneof(fc.nat(11), fc.nat(200)), fc.nat(7)), { maxLength: 2 });
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    let refused = 0;
    fc.assert(
      fc.property(text, strategy, fc.nat(9), changes, sizes, (content, how, level, bits, pieces) => {
        const stream = deflateRawSync(content, { strategy: how, level });
        for (const [at, bit] of bits) if (at < stream.length) stream.writeUInt8(stream.readUInt8(at) ^ (1 << bit), at);
        const meant = outcome(() => inflateRawSync(stream));
        refused += Number(meant === "refused");
        expect(outcome(() => inflated(stream, pieces).held)).toBe(meant);
      }),
      { seed: 20_261_128, numRuns: soak ? 200_000 : 3000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it("that is cut or changed anywhere never passes for another", () => {
    const bytes = Buffer.from(Array.from({ length: 400 }, (_, row) => `${row};${(row * 7919) % 1009}\n`).join(""));
    const gzip = gzipSync(bytes);
    for (let at = 0; at < gzip.length; at += 1) expect(() => checked(gzip.subarray(0, at), 100)).toThrow(Error);
    for (let at = 10; at < gzip.length; at += 1) {
      const changed = Buffer.from(gzip);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      const held = ((): Buffer | undefined => {
        try {
          return checked(changed, 1000);
        } catch {
          return undefined;
        }
      })();
      // Only the bits that fill up the last byte of the stream mean nothing.
      if (held !== undefined) expect(held.equals(bytes)).toBe(true);
    }
  });
});

describe("a gzip", () => {
  const one = gzipSync("id,date\n1,2\n");
  const two = gzipSync("3,4\n".repeat(50_000), { level: 1 });

  it.each([1, 3, 17, 4096, 1_000_000])(
    "of several members, in pieces of %i bytes, holds what all of them hold",
    (piece) => {
      const held = checked(Buffer.concat([one, gzipSync(""), two, one]), piece);
      expect(held.toString()).toBe(`id,date\n1,2\n${"3,4\n".repeat(50_000)}id,date\n1,2\n`);
    },
  );

  it("with every optional field in its header is read", () => {
    const flags = 1 | 2 | 4 | 8 | 16;
    const head = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255, 3, 0, 7, 7, 7]);
    const named = Buffer.concat([head, Buffer.from("report.csv\0a comment\0"), Buffer.from([1, 2]), one.subarray(10)]);
    for (const piece of [1, 2, 5, 100]) expect(checked(named, piece).toString()).toBe("id,date\n1,2\n");
    const bare = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 0, 0]), one.subarray(10)]);
    expect(checked(bare, 1).toString()).toBe("id,date\n1,2\n");
  });

  it.each([1, 8, 512, 10_240])("with %i zeros behind it is whole", (zeros) => {
    expect(checked(Buffer.concat([one, Buffer.alloc(zeros)]), 100).toString()).toBe("id,date\n1,2\n");
    // Of an empty one, even the checksum is zero.
    expect(checked(Buffer.concat([gzipSync(""), Buffer.alloc(zeros)]), 100)).toHaveLength(0);
  });

  it.each<[string, Uint8Array]>([
    ["a second member that is cut", Buffer.concat([one, two.subarray(0, -9)])],
    ["a second member without its last byte", Buffer.concat([one, two.subarray(0, -1)])],
    ["the header of a second member alone", Buffer.concat([one, two.subarray(0, 5)])],
    ["a second member whose checksum is wrong", Buffer.concat([one, withChanged(two, two.length - 8)])],
    ["a second member whose length is wrong", Buffer.concat([one, withChanged(two, two.length - 2)])],
    ["a page behind it", Buffer.concat([one, Buffer.from("<html>Bad gateway</html>")])],
    ["a single byte behind it", Buffer.concat([one, Buffer.of(0x1f)])],
    ["a member behind zeros", Buffer.concat([one, Buffer.alloc(512), two])],
    ["something behind zeros", Buffer.concat([one, Buffer.alloc(512), Buffer.of(1)])],
    ["another method of compression", withChanged(one, 2)],
    ["a reserved flag", Buffer.concat([one.subarray(0, 3), Buffer.of(0x20), one.subarray(4)])],
    ["nothing but its first two bytes", Buffer.of(0x1f, 0x8b)],
  ])("with %s is refused", (_what, bytes) => {
    for (const piece of [1, 7, 100_000]) expect(() => checked(bytes, piece)).toThrow(Error);
  });
});

function withChanged(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}
