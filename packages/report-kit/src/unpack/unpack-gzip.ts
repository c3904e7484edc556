/// <reference types="node" />
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Allowance } from "./allowance.ts";
import type { Archive } from "./archive.ts";
import { piecesOf } from "./archive.ts";
import type { Written } from "./write-file.ts";
import { writeFile } from "./write-file.ts";

/** Unpack a gzip, all its members, into a new file. @throws what the platform throws for one that is damaged. */
export async function unpackGzip(archive: Archive, into: string, allowance: Allowance): Promise<Written> {
  const source = Readable.from(piecesOf(archive));
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  const inflated = Readable.toWeb(source.pipe(gunzip)) as ReadableStream<Uint8Array>; // buffers are
  return writeFile(into, (sink) => inflated.pipeTo(sink), allowance);
}
