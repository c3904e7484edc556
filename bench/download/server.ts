// Serves one CSV of so many bytes from memory, as fast as it is taken, with a length and a strong ETag.
import { createServer } from "node:http";

const totalBytes = Number(process.argv[2]);
const line = "4711,2026-11-19,1234567.89,EUR,settlement of the day before,0123456789abcdef\n";
const block = Buffer.from(line.repeat(Math.ceil((1024 * 1024) / line.length)));

const server = createServer((request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    etag: '"bench"',
    "content-length": totalBytes - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${totalBytes - 1}/${totalBytes}` } : {}),
  });
  let position = from;
  const send = (): void => {
    while (position < totalBytes) {
      const start = position % block.length;
      const piece = block.subarray(start, Math.min(block.length, start + totalBytes - position));
      position += piece.length;
      if (!response.write(piece)) return void response.once("drain", send);
    }
    response.end();
  };
  send();
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
