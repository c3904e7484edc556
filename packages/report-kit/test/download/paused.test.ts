import { setTimeout as pause } from "node:timers/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { toStream } from "../../src/download/index.ts";
import { csvOf, downloadTo, linkTo, reportAt, sha256 } from "./ready-report.ts";

/** Storage that sends the whole file at once and closes the connection, as one that keeps none alive does. */
async function closingStorage(body: Uint8Array): Promise<{ readonly origin: string }> {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(head);
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { origin: `http://127.0.0.1:${port}` };
}

it.each([300_000, 1_000_000, 3_000_000])(
  "a connection that ends while a slow target holds up a file of %i bytes does not end the process",
  async (length) => {
    const uncaught: unknown[] = [];
    const note = (error: unknown): unknown => uncaught.push(error);
    process.on("uncaughtException", note);
    onTestFinished(() => void process.off("uncaughtException", note));
    const body = csvOf(length);
    const storage = await closingStorage(body);
    for (let round = 0; round < 10; round += 1) {
      const target = new WritableStream<Uint8Array>({ write: () => pause(1) });
      expect(await downloadTo(reportAt([linkTo(storage)]), toStream(target))).toMatchObject({
        sha256: sha256(body),
        requests: 1,
      });
    }
    expect(uncaught).toEqual([]);
  },
);
