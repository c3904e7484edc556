import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** An answer, byte by byte as it goes over the wire, and how its connection ends. */
export interface RawAnswer {
  /** Default `HTTP/1.1 200 OK`. */
  readonly status?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Default "fin"; "open" leaves it open, "reset" ends it with a RST. */
  readonly end?: "fin" | "reset" | "open";
}

/** Storage that sends what it is given, a connection for each answer; the last answer again and again. */
export async function startRawStorage(
  ...answers: readonly RawAnswer[]
): Promise<{ readonly origin: string; readonly requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(String(request));
      if (answer === undefined) throw new TypeError("the test has no answer");
      const { status = "HTTP/1.1 200 OK", headers, body, end = "fin" } = answer;
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`${status}\r\n${lines.join("")}\r\n`);
      // A reset would take back what the kernel has not sent yet.
      if (end === "reset") socket.write(body, () => setTimeout(() => socket.resetAndDestroy(), 50));
      else if (end === "fin") socket.end(body);
      else socket.write(body);
    });
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { origin: `http://127.0.0.1:${port}`, requests };
}

/** A body in chunks of 64 KiB. `whole` = with the last chunk, which is empty. */
export function chunked(body: Uint8Array, whole = true): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += 65_536) {
    const piece = body.subarray(at, at + 65_536);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from(whole ? "0\r\n\r\n" : "")]);
}
