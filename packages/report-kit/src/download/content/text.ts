/** Some of a file's bytes as text: UTF-8 (what is not is replaced), or UTF-16 where its first bytes are that mark. */
export function decode(bytes: Uint8Array, head: Uint8Array): string {
  return new TextDecoder(utf16Of(head)).decode(bytes);
}

/** The byte order of a UTF-16 file, by its mark; undefined for any other. */
export function utf16Of(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : undefined;
}

/** Do the bytes from `at` begin with these? */
export function startsWith(bytes: Uint8Array, wanted: readonly number[], at = 0): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}
