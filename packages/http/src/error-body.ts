const longestBodyBytes = 1024 * 1024;

/**
 * The same answer with its body in memory, so that whoever reads it later, however often, can't fail or wait. Only for answers that are
 * no success: a body beyond 1 MiB is cut there.
 *
 * @throws what reading throws, and a RangeError for a status that is none (below 200, above 599).
 */
export async function holdErrorBody(response: Response): Promise<Response> {
  const { status, statusText, headers, url } = response;
  const body = await readBeginning(response.body);
  const held = new Response(body, { status, statusText, headers });
  return Object.defineProperty(held, "url", { value: url });
}

async function readBeginning(stream: ReadableStream<Uint8Array<ArrayBuffer>> | null): Promise<Blob | null> {
  if (stream === null) return null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  let left = longestBodyBytes;
  while (left > 0) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value.subarray(0, left));
    left -= value.byteLength;
  }
  if (left <= 0) await reader.cancel();
  return chunks.length === 0 ? null : new Blob(chunks);
}
