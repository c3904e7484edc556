import { onAbort } from "../waiting/on-abort.ts";
import type { FileHead, Sink } from "./target.ts";

/**
 * A web stream as a target: nothing written can be taken back, so what comes again must be the same as what was written.
 * @param signal ends a write that waits for a reader who does not read.
 * @param onBegin told before the first byte.
 */
export function streamSink(
  stream: WritableStream<Uint8Array>,
  signal: AbortSignal | undefined,
  onBegin?: (head: FileHead) => void,
): Sink {
  const writer = stream.getWriter();
  const failed = new AbortController();
  const unfollow = signal && onAbort(signal, () => void writer.abort(signal.reason).catch(() => {}));
  writer.closed.then(unfollow, (error: unknown) => {
    unfollow?.();
    failed.abort(error);
  });
  return {
    failed: failed.signal,
    async begin(head) {
      onBegin?.(head);
    },
    async write(bytes) {
      await writer.ready;
      await writer.write(bytes);
    },
    async commit() {
      await writer.close();
      return {};
    },
    async abandon(reason) {
      await writer.abort(reason);
    },
  };
}
