import { ZipWriter } from "@zip.js/zip.js";

/** Bytes as they come, from memory or from a generator. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** 2026-01-01 00:00:00 in the format's own packed local time: a fixed date keeps the archive the same from run to run and zone to zone. */
const fixedDate = ((2026 - 1980) << 25) | (1 << 21) | (1 << 16);

/** A zip archive of one file, made in a stream. */
export async function* zipped(name: string, chunks: Chunks): AsyncGenerator<Uint8Array, void> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = new ZipWriter(writable, {
    useWebWorkers: false,
    extendedTimestamp: false,
    rawLastModDate: fixedDate,
    level: 6,
  });
  const written = (async (): Promise<void> => {
    await writer.add(name, streamOf(chunks));
    await writer.close();
  })();
  // A failure shows as an error of the readable side too; without this the process would see it as unhandled before `written` is awaited.
  written.catch(() => undefined);
  yield* readable;
  await written;
}

function streamOf(chunks: Chunks): ReadableStream<Uint8Array> {
  const iterator = (async function* () {
    yield* chunks;
  })();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return();
    },
  });
}
