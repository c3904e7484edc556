import { createHash, createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import { createReportKit, memoryJournal } from "report-kit";
import type { ReportJob } from "report-kit";
import { toConsumer } from "report-kit/node";
import { createVirtualClock, scriptedSource } from "report-kit/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { putOnce } from "../s3/put-once.ts";

const accessKeyId = "AKIDEXAMPLE";
const secretAccessKey = "a secret of this test";
const csv = "id,amount\n1,0.10\n";

/** What of S3's protocol the example rests on: signature, length, hash, put once, the stored checksum. */
interface StandIn {
  readonly server: Server;
  readonly objects: Map<string, { readonly bytes: Buffer; readonly checksum: string }>;
  readonly seen: string[];
  /** Cut the connection of the next put after it was stored. */
  cutAfterStoring: boolean;
}

function standIn(): StandIn {
  const state: StandIn = { server: createServer(), objects: new Map(), seen: [], cutAfterStoring: false };
  state.server.on("request", (request, response) => void answer(state, request, response));
  return state;
}

async function answer(state: StandIn, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const path = request.url ?? "";
  const end = (status: number, headers: Record<string, string> = {}): void => {
    state.seen.push(`${request.method} ${status}`);
    response.writeHead(status, headers).end();
  };
  if (!isSigned(request)) return end(403);
  const stored = state.objects.get(path);
  if (request.method === "HEAD") return end(stored ? 200 : 404, { "x-amz-checksum-sha256": stored?.checksum ?? "" });
  if (request.headers["content-length"] === undefined) return end(411);
  const hash = createHash("sha256").update(bytes);
  const hex = hash.copy().digest("hex");
  const base64 = hash.digest("base64");
  if (request.headers["x-amz-content-sha256"] !== hex || request.headers["x-amz-checksum-sha256"] !== base64)
    return end(400);
  if (request.headers["if-none-match"] === "*" && stored) return end(412);
  state.objects.set(path, { bytes, checksum: base64 });
  if (!state.cutAfterStoring) return end(200);
  state.cutAfterStoring = false;
  state.seen.push("PUT cut");
  request.socket.destroy();
}

/** Signature Version 4, checked with the platform's own HMAC. */
function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const [, scope = "", names = "", signature] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  const signed = names.split(";").map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = [method, url, "", signed.join(""), names, headers["x-amz-content-sha256"]].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest].join("\n");
  let key: Buffer | string = `AWS4${secretAccessKey}`;
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  return createHmac("sha256", key).update(text).digest("hex") === signature;
}

const clock = createVirtualClock();
let s3: StandIn;
let directory: string;
let url: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "report-kit-s3-"));
  s3 = standIn();
  await new Promise<void>((resolve) => s3.server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(s3.server.address() as AddressInfo).port}/reports`; // of a TCP server that listens
});
afterEach(async () => {
  s3.server.closeAllConnections();
  s3.server.close();
  await rm(directory, { recursive: true, force: true });
});

const client = (secret = secretAccessKey): AwsClient =>
  new AwsClient({ accessKeyId, secretAccessKey: secret, service: "s3", region: "eu-central-1", retries: 0 });

function job(content = csv): ReportJob {
  const source = scriptedSource({
    account: "shop 1",
    create: [{ is: "ready", reference: "42", fileName: "shop 1.csv" }],
    locate: {
      via: "api",
      fileName: "shop 1.csv",
      open: async () => new Response(content, { headers: { "content-length": String(content.length) } }),
    },
  });
  return createReportKit({ journal: memoryJournal(), platform: clock.platform }).report(source, { report: "a" });
}
const deliver = (of: ReportJob, by = client()): Promise<{ readonly deliveryId: string }> => {
  const target = toConsumer(directory, (file) => putOnce({ client: by, url }, file), { removeAfter: true });
  return clock.finish(of.deliver(target));
};

it("puts a delivered file with its length and hash, signed, and not again", async () => {
  const one = job();
  await deliver(one);
  await deliver(one);
  expect(s3.seen).toEqual(["PUT 200"]);
  const [[name, object] = []] = [...s3.objects];
  expect(name).toBe(`/reports/scripted/shop%201/${one.key}/shop%201.csv`);
  expect(object?.bytes.toString()).toBe(csv);
});

it("takes an object for its own that was stored before the connection was cut", async () => {
  const one = job();
  s3.cutAfterStoring = true;
  await expect(deliver(one)).rejects.toThrow("fetch failed");
  await deliver(one);
  expect(s3.seen).toEqual(["PUT cut", "PUT 412", "HEAD 200"]);
  expect([...s3.objects.values()].map(({ bytes }) => bytes.toString())).toEqual([csv]);
});

it("replaces no object that holds other bytes", async () => {
  await deliver(job());
  await expect(deliver(job("id,amount\n1,0.20\n"))).rejects.toThrow("holds other bytes than");
  expect([...s3.objects.values()].map(({ bytes }) => bytes.toString())).toEqual([csv]);
});

it("names S3's status where it refuses the credentials, and no secret", async () => {
  const wrong = "not the secret";
  const error = await deliver(job(), client(wrong)).catch((thrown: unknown) => String(thrown));
  expect(error).toContain("S3 answered 403 to PUT");
  expect(error).not.toContain(wrong);
});
