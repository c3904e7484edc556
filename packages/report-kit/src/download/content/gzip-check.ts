import { typeBytes } from "./file-type.ts";
import { createLineCount } from "./line-count.ts";
import type { LineCount } from "./line-count.ts";

/** Inflates a gzip only to see whether it is whole. */
export interface Inflater {
  readonly lines: LineCount;
  update(bytes: Uint8Array): Promise<void>;
  /** The first bytes of what it holds. @throws what the platform throws for a cut or damaged one. */
  finish(): Promise<Uint8Array>;
}

/**
 * A gzip made of several members is inflated as far as the platform goes: Node 20 reads them all, later ones stop after the
 * first, which is then what was proved.
 */
export function createInflater(): Inflater {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  const lines = createLineCount();
  const head = new Uint8Array(typeBytes);
  let length = 0;
  let over: unknown;

  const drained = (async () => {
    for (const reader = readable.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return;
      head.set(value.subarray(0, head.length - length), length);
      length = Math.min(head.length, length + value.length);
      lines.update(value);
    }
  })().catch((error: unknown) => {
    over = error;
  });

  return {
    lines,
    async update(bytes) {
      // What it throws is told by `finish`. A copy: the platform may detach what it is given.
      if (over === undefined) await writer.write(bytes.slice()).catch(() => {});
    },
    async finish() {
      await writer.close().catch((error: unknown) => (over ??= error));
      await drained;
      if (over !== undefined && !isSecondMember(over)) throw over;
      return head.subarray(0, length);
    },
  };
}

/** Node's way to say that the first member was whole, and something follows it. */
function isSecondMember(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_TRAILING_JUNK_AFTER_STREAM_END";
}
