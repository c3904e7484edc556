import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { sleep } from "../src/index.ts";
import { exampleClient, secret } from "./example-api.ts";

// Nothing is faked here: Node's fetch over a socket, and servers that behave badly.
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Seen = { readonly url: string | undefined; readonly authorization: string | undefined };

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<{ readonly baseUrl: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url, authorization: request.headers.authorization });
    request.resume();
    answer(request, response, seen.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  return { baseUrl: `http://127.0.0.1:${port}`, seen };
}

const one = { params: { path: { id: "r1" } } };
const create = { body: { type: "day", date: "2026-11-19" } } as const;
const settings = { retry: false, timeoutMs: 300 } as const;

describe("over a socket", () => {
  it("a call goes out and its answer comes back", async () => {
    const { baseUrl, seen } = await serve((_, response) =>
      response.setHeader("content-type", "application/json").end('{"id":"r1"}'),
    );
    const { data } = await exampleClient({ baseUrl: `${baseUrl}/tenant/` }).GET("/reports/{id}", one);
    expect(data).toEqual({ id: "r1" });
    expect(seen).toEqual([{ url: "/tenant/reports/r1", authorization: `Bearer ${secret}` }]);
  });

  it("a refused connection says that nothing was sent, a reset one that it may have been", async () => {
    const { baseUrl } = await serve((request) => request.socket.destroy());
    await expect(exampleClient({ baseUrl, ...settings }).POST("/reports", create)).rejects.toMatchObject({
      code: "network",
      maybeSent: true,
    });
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    await expect(exampleClient({ baseUrl, ...settings }).POST("/reports", create)).rejects.toMatchObject({
      code: "network",
      maybeSent: false,
    });
  });

  it("a reset is made good where the operation is safe to repeat", async () => {
    const { baseUrl, seen } = await serve((request, response, count) =>
      count < 3 ? request.socket.destroy() : response.end('{"link":"x"}'),
    );
    const { data } = await exampleClient({ baseUrl, sleep }).POST("/lookup", {
      body: { day: "2026-11-19" },
      retry: { retries: 2 },
    });
    expect(data).toEqual({ link: "x" });
    expect(seen).toHaveLength(3);
  });

  it("a body that is cut short is no success", async () => {
    const { baseUrl } = await serve((request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write('{"id":"r1"');
      setTimeout(() => request.socket.destroy(), 20);
    });
    await expect(exampleClient({ baseUrl, ...settings }).GET("/reports/{id}", one)).rejects.toMatchObject({
      code: "unreadable-answer",
      status: 200,
    });
  });

  it("a server that is silent, or drips, ends with the time-out", async () => {
    const silent = await serve(() => undefined);
    await expect(
      exampleClient({ baseUrl: silent.baseUrl, ...settings }).GET("/reports/{id}", one),
    ).rejects.toMatchObject({ code: "timeout" });
    const dripping = await serve((_, response) => {
      const timer = setInterval(() => response.write(" "), 30);
      response.on("close", () => clearInterval(timer));
    });
    await expect(
      exampleClient({ baseUrl: dripping.baseUrl, ...settings }).GET("/reports/{id}", one),
    ).rejects.toMatchObject({ code: "timeout", status: 200 });
  });

  it("a redirect to another port gets no request at all, one within the origin keeps the credentials", async () => {
    const other = await serve((_, response) => response.end('{"id":"evil"}'));
    const { baseUrl, seen } = await serve((request, response) => {
      if (request.url === "/reports/away")
        response.writeHead(302, { location: `${other.baseUrl}/file?X-Amz-Signature=5ecret` }).end();
      else if (request.url === "/reports/moved") response.writeHead(301, { location: "/reports/here" }).end("moved");
      else response.end('{"id":"here"}');
    });
    const client = exampleClient({ baseUrl, ...settings });
    const { error, response } = await client.GET("/reports/{id}", { params: { path: { id: "away" } } });
    expect(response.status).toBe(302);
    expect(error?.message).toBe(
      `HTTP 302 with a redirect to ${other.baseUrl}/file?X-Amz-Signature=… that was not followed`,
    );
    expect(other.seen).toEqual([]);
    expect(await client.GET("/reports/{id}", { params: { path: { id: "moved" } } })).toMatchObject({
      data: { id: "here" },
    });
    expect(seen.map(({ authorization }) => authorization)).toEqual(Array.from({ length: 3 }, () => `Bearer ${secret}`));
  });

  it("an answer that is no HTTP is an error of the network", async () => {
    const { baseUrl } = await serve((request) => request.socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    await expect(exampleClient({ baseUrl, ...settings }).GET("/reports/{id}", one)).rejects.toMatchObject({
      code: "network",
    });
  });

  it("an abort ends a stream half-way, with the signal's reason", async () => {
    const { baseUrl } = await serve((_, response) => {
      response.setHeader("content-type", "text/csv").write("a,b\n");
    });
    const controller = new AbortController();
    const { data } = await exampleClient({ baseUrl }).GET("/reports/{id}/content", {
      ...one,
      parseAs: "stream",
      signal: controller.signal,
    });
    const reader = data?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("a,b\n");
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(reader?.read()).rejects.toBe(reason);
  });
});
