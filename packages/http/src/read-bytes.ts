import type { TimeLimit } from "./time-limit.ts";

/**
 * Read a body, no more of it than a number of bytes: they are counted after decoding, so a small answer that swells is found as well.
 *
 * @returns its first bytes, and whether these are all.
 */
export async function readBytes(
  { body }: Response,
  race: TimeLimit["race"],
  most: number,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  try {
    while (reader && length <= most) {
      const { done, value } = await race(reader.read());
      if (done) break;
      chunks.push(value);
      length += value.byteLength;
    }
  } finally {
    // Changes nothing where all was read.
    reader?.cancel().catch(() => undefined);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return { bytes: length <= most ? bytes : bytes.slice(0, most), isWhole: length <= most };
}
