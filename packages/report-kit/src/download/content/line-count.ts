/** Whether a CSV has more than its first line. */
export interface LineCount {
  /** A second line with something in it was seen. */
  readonly more: boolean;
  update(bytes: Uint8Array): void;
}

/** Line ends inside quotes belong to the line. Costs nothing once the second line was seen. */
export function createLineCount(): LineCount {
  let quoted = false;
  let ended = false;
  let more = false;
  return {
    get more() {
      return more;
    },
    update(bytes) {
      for (let index = 0; index < bytes.length && !more; index += 1) {
        const byte = bytes[index] ?? 0;
        if (byte === 0x22) quoted = !quoted;
        else if (byte === 0x0a || byte === 0x0d) ended ||= !quoted;
        // Blanks, and the zero halves of UTF-16, are no content.
        if (ended && byte > 0x20) more = true;
      }
    },
  };
}
