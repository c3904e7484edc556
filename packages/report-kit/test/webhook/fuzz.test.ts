import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createRequestListener } from "@remix-run/node-fetch-server";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sameSecret } from "../../src/webhook/same-secret.ts";
import { clientId, statementNotice, token, transactionsNotice, webhookScene } from "./scene.ts";

const numRuns = process.env["REPORT_KIT_SOAK"] === "1" ? 10_000 : 300;
const seed = 20_261_121;
const timeout = 120_000;

const documented = [200, 400, 401, 403, 405, 413, 415];

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);

const members = fc.constantFrom(...Object.keys(statementNotice), "payload", "webhook_type", "__proto__", "constructor");
const odd = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("MONTHLY", "_20260224.csv", "x_202602", "../../etc/passwd_20260224", "_".repeat(40_000), clientId),
);
const notice = fc.constantFrom<object>(transactionsNotice, statementNotice);
const changed = fc
  .tuple(notice, fc.array(fc.tuple(members, odd), { maxLength: 3 }), fc.array(members, { maxLength: 2 }))
  .map(([whole, changes, missing]) => {
    const kept = Object.entries(whole).filter(([name]) => !missing.includes(name));
    return Object.fromEntries([...kept, ...changes]);
  });
const wrapped = fc.tuple(changed, odd).map(([payload, type]) => ({ client_id: clientId, payload, webhook_type: type }));
const bodies: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(changed, wrapped).map((value) => text(JSON.stringify(value))) },
  { weight: 2, arbitrary: notice.map((value) => text(JSON.stringify(value))) },
  fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
  fc.json().map(text),
  fc.constantFrom(
    text("[".repeat(60_000)),
    text(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`),
    text(`\ufeff${JSON.stringify(transactionsNotice)}`),
    text(JSON.stringify({ ...transactionsNotice, more: "x".repeat(70_000) })),
    new Uint8Array(gzipSync(JSON.stringify(transactionsNotice))),
    new Uint8Array(Buffer.from(JSON.stringify(transactionsNotice), "utf16le")),
    new Uint8Array(0),
  ),
);
const authorization = fc.oneof(
  { weight: 6, arbitrary: fc.constant(`Bearer ${token}`) },
  fc.constantFrom(`bearer  ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, "Bearer ", "Basic Og==", token),
  fc.stringMatching(/^[\x20-\x7e]{0,60}$/),
);
const contentType = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("application/json", "application/json; charset=utf-8", "APPLICATION/JSON") },
  fc.constantFrom(
    "text/json",
    "application/x-www-form-urlencoded",
    "application/problem+json",
    "application/jsonp",
    ",",
  ),
  fc.stringMatching(/^[\x20-\x7e]{0,40}$/),
);
const method = fc.oneof(
  { weight: 6, arbitrary: fc.constant("POST") },
  fc.constantFrom("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"),
);
const coding = fc.constantFrom(undefined, undefined, undefined, "identity", "gzip", "br", "x");
const deliveries = fc.record({
  method,
  authorization,
  contentType,
  coding,
  body: bodies,
  cut: fc.nat({ max: 70_000 }),
});

/** May a sender who sent this be told 200? */
function maySucceed(sent: { readonly method: string; readonly authorization: string }): boolean {
  return sent.method === "POST" && new RegExp(`^bearer +${token}$`, "i").test(sent.authorization.trim());
}

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});
afterEach(() => {
  process.off("unhandledRejection", onUnhandled);
});

describe("whatever is sent", () => {
  it(
    "gets a documented status and no detail; only Monato's notices have an effect",
    async () => {
      const keys: string[] = [];
      const scene = webhookScene({ onReport: (job) => void keys.push(job.key) });
      await fc.assert(
        fc.asyncProperty(deliveries, fc.boolean(), async (sent, breaksOff) => {
          const before = keys.length;
          const body = new ReadableStream<Uint8Array>({
            start(controller) {
              controller.enqueue(sent.body.subarray(0, sent.cut));
              if (breaksOff && sent.cut < sent.body.length) return controller.error(new Error("reset"));
              controller.enqueue(sent.body.subarray(sent.cut));
              controller.close();
            },
          });
          const headers = {
            authorization: sent.authorization,
            "content-type": sent.contentType,
            ...(sent.coding === undefined ? {} : { "content-encoding": sent.coding }),
          };
          const response = await scene.deliver(null, { method: sent.method, headers, body });
          await scene.settled();
          expect(documented).toContain(response.status);
          expect((await response.arrayBuffer()).byteLength).toBe(0);
          expect([...response.headers.keys()].every((name) => ["allow", "www-authenticate"].includes(name))).toBe(true);
          if (response.status === 200) expect(maySucceed(sent)).toBe(true);
          else expect(keys.length).toBe(before);
        }),
        { seed, numRuns },
      );
      expect(scene.errors).toEqual([]);
      expect(scene.asked).toEqual([]); // a notice alone sends nothing
      expect(keys.length).toBeGreaterThan(0); // the whole notices among them did come through
      const records: string[] = [];
      for await (const name of scene.journal.list("job-")) records.push(name);
      expect(records).toHaveLength(new Set(keys).size); // a job for each report
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      expect(unhandled).toEqual([]);
    },
    timeout,
  );

  it(
    "does so through node:http as well, over sockets",
    async () => {
      const scene = webhookScene();
      const server = createServer(createRequestListener(scene.handler)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo; // of a TCP server that listens
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on("warning", onWarning);
      try {
        await fc.assert(
          fc.asyncProperty(deliveries, fc.webPath(), async (sent, path) => {
            const headers = {
              authorization: sent.authorization,
              "content-type": sent.contentType,
              ...(sent.coding === undefined ? {} : { "content-encoding": sent.coding }),
            };
            const status = await new Promise<number | string>((resolve) => {
              const request = httpRequest({ port, host: "127.0.0.1", method: sent.method, path: path || "/", headers });
              request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
              request.on("response", (response) => {
                response.resume();
                response.on("end", () => resolve(response.statusCode ?? 0));
                response.on("error", () => resolve(response.statusCode ?? 0));
              });
              request.end(sent.body);
            });
            // A sender that is refused before it has sent everything may find the connection closed.
            if (typeof status === "string") expect(["ECONNRESET", "EPIPE"]).toContain(status);
            else expect(documented).toContain(status);
            if (status === 200) expect(maySucceed(sent)).toBe(true);
          }),
          { seed, numRuns },
        );
        await scene.settled();
        expect([scene.errors, scene.asked, warnings, unhandled]).toEqual([[], [], [], []]);
      } finally {
        process.off("warning", onWarning);
        server.closeAllConnections();
        server.close();
      }
    },
    timeout,
  );
});

describe("sameSecret", () => {
  it("says whether two texts are the same, near ones and long ones too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(), fc.string({ maxLength: 2 }), (secret, at, put) => {
        const guess = secret.slice(0, at % (secret.length + 1)) + put + secret.slice(at % (secret.length + 1));
        expect(sameSecret(guess, secret)).toBe(put === "");
        expect(sameSecret(secret, secret)).toBe(true);
      }),
      { seed, numRuns },
    );
    expect(sameSecret(token.repeat(5_000), token)).toBe(false);
  });
});
