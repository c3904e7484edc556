import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { wireBytes } from "./answers.ts";
import type { Meaning, WireAnswer } from "./answers.ts";

/** A request as a server on a bare socket saw it. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** Its credentials: header values without their scheme, and a `client_secret` in its body. */
  readonly carried: readonly string[];
}

/** A server that speaks bytes, so that anything can be answered. */
export interface WireServer {
  readonly origin: string;
  /** What it was asked since the last `renew`. */
  readonly seen: readonly WireRequest[];
  /** From now on it answers so; what came before, connections and all, is gone. */
  renew(answer: (request: WireRequest) => WireAnswer): Promise<void>;
  close(): Promise<void>;
}

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function startWireServer(elsewhere = ""): Promise<WireServer> {
  const sockets = new Set<Socket>();
  const seen: WireRequest[] = [];
  let answerTo: ((request: WireRequest) => WireAnswer) | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = "";
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      for (let request = firstOf(received); request !== undefined; request = firstOf(received)) {
        received = received.slice(request.length);
        seen.push(request);
        const answer = answerTo?.(request);
        if (answer === undefined) socket.destroy();
        else send(socket, answer, { carried: request.carried.join(" "), origin, elsewhere });
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  const origin = `http://127.0.0.1:${port}`;

  async function drop(): Promise<void> {
    while (sockets.size > 0) {
      for (const socket of sockets) socket.destroy();
      await turnOfTheLoop();
    }
  }

  return {
    origin,
    seen,
    async renew(answer) {
      answerTo = undefined;
      await drop();
      seen.length = 0;
      answerTo = answer;
    },
    async close() {
      answerTo = undefined;
      await drop();
      server.close();
      await once(server, "close");
    },
  };
}

/** The first whole request of a text, and how much of it that is. */
function firstOf(text: string): (WireRequest & { readonly length: number }) | undefined {
  const headEnds = text.indexOf("\r\n\r\n") + 4;
  if (headEnds < 4) return undefined;
  const head = text.slice(0, headEnds);
  const valueOf = (name: string): string | undefined => new RegExp(`^${name}: (.*)\r$`, "im").exec(head)?.[1];
  const length = headEnds + Number(valueOf("content-length") ?? 0);
  if (text.length < length) return undefined;
  const [, method = "", path = ""] = /^(\S+) (\S+)/.exec(head) ?? [];
  const [, secret] = /"client_secret":"([^"]*)"/.exec(text.slice(headEnds, length)) ?? [];
  const bare = valueOf("authorization")?.replace(/^\w+ /, "");
  const carried = [bare, valueOf("x-api-key"), secret].filter((value) => value !== undefined);
  return { method, path, host: valueOf("host") ?? "", carried, length };
}

function send(socket: Socket, answer: WireAnswer, meaning: Meaning): void {
  const bytes = wireBytes(answer, meaning);
  const half = bytes.subarray(0, bytes.length / 2);
  switch (answer.end) {
    case "close":
      socket.end(bytes);
      break;
    case "stay":
      socket.write(bytes);
      break;
    case "stall":
      socket.write(half);
      break;
    case "reset":
      socket.resetAndDestroy();
      break;
    case "reset halfway":
      socket.write(half, () => setImmediate(() => socket.resetAndDestroy()));
      break;
  }
}
