import { createHash } from "node:crypto";

/** A file the sandbox serves. Nothing is held in memory: the chunks are made anew each time, and are the same each time. */
export interface FileContents {
  readonly name: string;
  readonly mediaType: string;
  readonly chunks: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Size in bytes and SHA-256 (hex) of a file. */
export interface FileMeasure {
  readonly bytes: number;
  readonly sha256: string;
}

const measures = new WeakMap<FileContents, Promise<FileMeasure>>();

/** Reads a file once, in a stream, to learn its size and hash; remembered for as long as the file object lives. */
export function measure(file: FileContents): Promise<FileMeasure> {
  const known = measures.get(file);
  if (known !== undefined) return known;
  const measured = (async (): Promise<FileMeasure> => {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of file.chunks()) {
      bytes += chunk.byteLength;
      hash.update(chunk);
    }
    return { bytes, sha256: hash.digest("hex") };
  })();
  measures.set(file, measured);
  return measured;
}

const chunkCharacters = 64 * 1024;

/** Packs lines of text into UTF-8 chunks of about 64 KiB; each line must bring its own line end. */
export function* encodeLines(lines: Iterable<string>): Generator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let text = "";
  for (const line of lines) {
    text += line;
    if (text.length < chunkCharacters) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}
