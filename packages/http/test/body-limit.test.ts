import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { RequestRefusedError } from "../src/index.ts";
import { exampleClient, fakeFetch } from "./example-api.ts";

const one = { params: { path: { id: "r1" } } };
const sized = (bytes: number): Response => {
  const start = '{"id":"';
  return new Response(`${start}${"x".repeat(bytes - start.length - 2)}"}`, {
    headers: { "content-type": "application/json" },
  });
};
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

describe("a success longer than it may be", () => {
  it.each([
    [{ maxBodyBytes: 1000 }, {}, 1000],
    [{}, { maxBodyBytes: 1000 }, 1000],
    [{ maxBodyBytes: 10 }, { maxBodyBytes: 5000 }, 5000],
    [{}, {}, 16_777_216],
  ])("is refused, and not one byte sooner: client %j, call %j", async (ofClient, ofCall, most) => {
    const client = exampleClient({ fetch: fakeFetch(sized(most), sized(most + 1)), ...ofClient });
    expect((await client.GET("/reports/{id}", { ...one, ...ofCall })).data?.id).toHaveLength(most - 9);
    await expect(client.GET("/reports/{id}", { ...one, ...ofCall })).rejects.toMatchObject({
      code: "too-large",
      status: 200,
      maybeSent: true,
      retryable: false,
      message: expect.stringContaining(
        `it has more than ${most} bytes: raise maxBodyBytes, or pass parseAs: "stream"`,
      ) as unknown,
    });
  });

  it.each(["text", "blob", "arrayBuffer"] as const)(
    "is refused as %s too: that is held in memory as well",
    async (parseAs) => {
      const client = exampleClient({ fetch: fakeFetch(sized(1000), sized(1001)), maxBodyBytes: 1000 });
      const { data } = await client.GET("/reports/{id}/content", { ...one, parseAs });
      expect(await new Response(data).text()).toHaveLength(1000);
      await expect(client.GET("/reports/{id}/content", { ...one, parseAs })).rejects.toMatchObject({
        code: "too-large",
      });
    },
  );

  it("is not refused as a stream", async () => {
    const client = exampleClient({ fetch: fakeFetch(sized(1001)), maxBodyBytes: 1000 });
    const { data } = await client.GET("/reports/{id}/content", { ...one, parseAs: "stream" });
    expect(await new Response(data).text()).toHaveLength(1001);
  });

  it("is not read on: an endless one is given up", async () => {
    let given = 0;
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => {
        given += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const client = exampleClient({ fetch: fakeFetch(() => new Response(endless)), maxBodyBytes: 1_000_000 });
    await expect(client.GET("/reports/{id}", one)).rejects.toMatchObject({ code: "too-large" });
    expect([given < 1_300_000, cancelled]).toEqual([true, true]);
  });

  it("is counted after decoding: 256 MiB that are 256 kB on the wire", async () => {
    const member = gzipSync(Buffer.alloc(2 ** 26, " "));
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      // Members of gzip one after the other are one text.
      for (let count = 0; count < 4; count += 1) response.write(member);
      response.end();
    });
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
    const before = process.memoryUsage.rss();
    const call = exampleClient({ baseUrl: `http://127.0.0.1:${port}` }).GET("/reports/{id}", one);
    await expect(call).rejects.toMatchObject({ code: "too-large" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 27);
  });

  it.each([0, -1, Number.NaN, "5"])("by a bound that makes no sense is refused: %j", async (maxBodyBytes) => {
    expect(() => exampleClient({ maxBodyBytes: maxBodyBytes as number })).toThrow(/^maxBodyBytes: /);
    await expect(exampleClient().GET("/reports/{id}", { ...one, maxBodyBytes })).rejects.toBeInstanceOf(
      RequestRefusedError,
    );
  });
});
