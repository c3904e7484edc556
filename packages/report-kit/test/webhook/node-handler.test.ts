import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { RequestListener, Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toNodeHandler } from "../../src/node/index.ts";

const servers: Server[] = [];
const warnings: Error[] = [];
const onWarning = (warning: Error): void => void warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on("warning", onWarning);
});
afterEach(() => {
  process.off("warning", onWarning);
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // of a TCP server that listens
}

/** What a server answers to these bytes, up to the end of the connection or of the head. */
async function answerTo(port: number, ...parts: readonly string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  for (const part of parts) socket.write(part);
  let answer = "";
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.includes("\r\n\r\n")) break;
  }
  return answer;
}

describe("toNodeHandler", () => {
  it("gives the handler the request as it came, and the sender the handler's answer", async () => {
    const port = await listen(
      toNodeHandler(async (request) => {
        const headers = new Headers({ "x-method": request.method, "x-url": request.url });
        headers.append("set-cookie", "a=1");
        headers.append("set-cookie", "b=2");
        return new Response(`${request.headers.get("x-some")}: ${await request.text()}`, { status: 202, headers });
      }),
    );
    const response = await fetch(`http://127.0.0.1:${port}/a%20b?c=%2F`, {
      method: "PUT",
      headers: { "x-some": "one" },
      body: "ünïcode",
    });
    expect(response.status).toBe(202);
    expect(response.headers.get("x-method")).toBe("PUT");
    expect(response.headers.get("x-url")).toBe(`http://127.0.0.1:${port}/a%20b?c=%2F`);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.text()).toBe("one: ünïcode");
    expect(warnings).toEqual([]);
  });

  it("streams: a body larger than memory would like goes through, chunk by chunk", async () => {
    const chunk = new Uint8Array(1_000_000);
    const port = await listen(
      toNodeHandler(async (request) => {
        let bytes = 0;
        for await (const part of request.body ?? []) bytes += part.byteLength;
        return Response.json(bytes);
      }),
    );
    let left = 30;
    const body = new ReadableStream({
      pull(controller) {
        left -= 1;
        if (left < 0) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const init = { method: "POST", body, duplex: "half" };
    expect(await (await fetch(`http://127.0.0.1:${port}/`, init)).json()).toBe(30_000_000);
  });

  it("sees the whole path behind a framework's mount", async () => {
    const handler = toNodeHandler(async (request) => new Response(new URL(request.url).pathname));
    const port = await listen((incoming, outgoing) => {
      handler(Object.assign(incoming, { originalUrl: incoming.url, url: "/" }), outgoing);
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/hooks/monato`)).text()).toBe("/hooks/monato");
  });

  it("refuses what can't be a web request, without asking the handler", async () => {
    let asked = 0;
    const port = await listen(
      toNodeHandler(async () => {
        asked += 1;
        return new Response();
      }),
    );
    const heads = [
      "TRACE / HTTP/1.1\r\nHost: us.example",
      "POST / HTTP/1.1\r\nHost: a b",
      "POST / HTTP/1.1\r\nHost: user:pass@us.example",
      "POST / HTTP/1.1\r\nHost: us.example:99999",
    ];
    const statuses: string[] = [];
    for (const head of heads)
      statuses.push((await answerTo(port, `${head}\r\nConnection: close\r\n\r\n`)).slice(9, 12));
    expect(statuses).toEqual(["501", "400", "400", "400"]);
    expect([asked, warnings]).toEqual([0, []]);
  });

  it("answers a sender whose body nobody wants to the end, and closes", async () => {
    const port = await listen(
      toNodeHandler(async (request) => {
        await request.body?.cancel();
        return new Response(null, { status: 413 });
      }),
    );
    const head = "POST / HTTP/1.1\r\nHost: us.example\r\nContent-Length: 1000000000\r\n\r\n";
    const answer = await answerTo(port, head, "x".repeat(10_000));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain("connection: close");
  });

  it("answers 500 when the handler throws, warns the process, and goes on", async () => {
    const port = await listen(
      toNodeHandler(async (request) => Promise.reject(new Error(`fault at ${request.method}`))),
    );
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect([response.status, await response.text()]).toEqual([500, ""]);
    await expect.poll(() => warnings.map(({ message }) => message)).toEqual(["fault at GET"]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
  });

  it("survives a sender that hangs up, before and after it is answered", async () => {
    const ends: string[] = [];
    const port = await listen(
      toNodeHandler(async (request) => {
        if (request.method === "POST") {
          await request.text().catch(() => ends.push("broken off"));
          return new Response(null, { status: 400 });
        }
        const endless = new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => {
              setImmediate(resolve);
            });
            controller.enqueue(new Uint8Array(100_000));
          },
          cancel: () => void ends.push("not wanted"),
        });
        return new Response(endless);
      }),
    );
    const socket = connect(port, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nHost: us.example\r\nContent-Length: 100\r\n\r\nhalf", () => socket.destroy());
    await expect.poll(() => ends).toEqual(["broken off"]);

    const request = httpRequest({ port, host: "127.0.0.1", path: "/" }).end();
    const [response] = await once(request, "response");
    await once(response, "data");
    response.destroy();
    await expect.poll(() => ends).toEqual(["broken off", "not wanted"]);
    expect(warnings).toEqual([]);
  });
});
