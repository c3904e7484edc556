import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { toDirectory } from "../../src/node/files/targets.ts";
import type { ApiLocation, FileLocation } from "../../src/source/file-location.ts";
import type { ReadyReport } from "../../src/source/ready-report.ts";
import { chunked, startRawStorage } from "./raw-storage.ts";
import type { RawAnswer } from "./raw-storage.ts";
import {
  collect,
  csvOf,
  downloadErrorOf,
  downloadTo,
  filesBelow,
  linkTo,
  openStream,
  reportAt,
  sha256,
  temporaryDirectory,
} from "./ready-report.ts";
import { zipOf } from "../unpack/zip.ts";

const csv = csvOf(400_000);
const type = { "content-type": "text/csv" };
const lengthOf = (body: Uint8Array): Record<string, string> => ({ "content-length": String(body.length) });
const gzip = gzipSync(csv);
const deflated = deflateSync(csv);
const brotli = brotliCompressSync(csv);
const coded = (coding: string, body: Uint8Array): RawAnswer => ({
  headers: { ...type, ...lengthOf(body), "content-encoding": coding },
  body,
});
const camt = Buffer.from(
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">${"<Ntry/>".repeat(900)}</Document>\n`,
);

/** What a download of an answer comes to: the file's SHA-256, or the error's code and nothing left. */
async function outcome(
  answer: RawAnswer,
  options: { readonly acceptUnproven?: boolean; readonly expects?: ReadyReport["expects"] } = {},
) {
  const { expects, acceptUnproven } = options;
  const storage = await startRawStorage(answer);
  const directory = await temporaryDirectory();
  const download = downloadTo(reportAt([linkTo(storage)], { expects }), toDirectory(directory), { acceptUnproven });
  const error = await downloadErrorOf(download);
  if (error === undefined) return { sha256: (await download).sha256, requests: storage.requests.length };
  expect(await filesBelow(directory)).toEqual([]);
  const streamed = downloadErrorOf(
    openStream(reportAt([linkTo(storage)], { expects }), { acceptUnproven }).then(({ stream }) => collect(stream)),
  );
  expect((await streamed)?.code).toBe(error.code);
  return { code: error.code };
}

describe("a CSV that comes", () => {
  it.each<[string, RawAnswer, number]>([
    ["with a length", { headers: { ...type, ...lengthOf(csv) }, body: csv }, 1],
    [
      "with a length, over a connection that closes",
      { headers: { ...type, ...lengthOf(csv), connection: "close" }, body: csv },
      1,
    ],
    ["in chunks", { headers: { ...type, "transfer-encoding": "chunked" }, body: chunked(csv) }, 1],
    [
      "in chunks, over a connection that closes",
      { headers: { ...type, "transfer-encoding": "chunked", connection: "close" }, body: chunked(csv) },
      1,
    ],
    ["by HTTP/1.0 with a length", { status: "HTTP/1.0 200 OK", headers: { ...type, ...lengthOf(csv) }, body: csv }, 1],
    // The first answer is left as soon as its headers came.
    ["coded as gzip", coded("gzip", gzip), 2],
    ["coded as x-gzip", coded("X-GZIP", gzip), 2],
    ["coded as deflate", coded("deflate", deflated), 2],
    ["coded as br", coded("br", brotli), 2],
    [
      "coded as two members of a gzip",
      coded("gzip", Buffer.concat([gzipSync(csv.subarray(0, 5000)), gzipSync(csv.subarray(5000))])),
      2,
    ],
    [
      "coded, in chunks",
      { headers: { ...type, "transfer-encoding": "chunked", "content-encoding": "gzip" }, body: chunked(gzip) },
      2,
    ],
  ])("%s is whole, by as many requests as that takes", async (_what, answer, requests) => {
    expect(await outcome(answer)).toEqual({ sha256: sha256(csv), requests });
  });

  it.each<[string, RawAnswer, string]>([
    [
      "with a length and is cut",
      { headers: { ...type, ...lengthOf(csv) }, body: csv.subarray(0, 5000) },
      "interrupted",
    ],
    [
      "in chunks without the last one",
      { headers: { ...type, "transfer-encoding": "chunked" }, body: chunked(csv, false) },
      "interrupted",
    ],
    ["coded as gzip and cut at the origin", coded("gzip", gzip.subarray(0, 30_000)), "interrupted"],
    ["coded as gzip without its checksum", coded("gzip", gzip.subarray(0, -8)), "interrupted"],
    [
      "coded as gzip with a wrong checksum",
      coded(
        "gzip",
        gzip.map((byte, at) => (at === gzip.length - 6 ? byte ^ 1 : byte)),
      ),
      "interrupted",
    ],
    [
      "coded as gzip with its second member cut",
      coded("gzip", Buffer.concat([gzip, gzip.subarray(0, 9000)])),
      "interrupted",
    ],
    ["coded as deflate and cut at the origin", coded("deflate", deflated.subarray(0, 30_000)), "interrupted"],
    ["coded as br and cut at the origin", coded("br", brotli.subarray(0, 20_000)), "interrupted"],
    ["coded in an unknown way", coded("rot13", csv), "unproven"],
    ["coded and cut on the way", { ...coded("gzip", gzip), body: gzip.subarray(0, 9000) }, "interrupted"],
    ["without length and chunks", { headers: type, body: csv }, "unproven"],
    [
      "without length and chunks, over a connection that closes",
      { headers: { ...type, connection: "close" }, body: csv },
      "unproven",
    ],
    ["by HTTP/1.0 without a length", { status: "HTTP/1.0 200 OK", headers: type, body: csv }, "unproven"],
    ["without length and chunks and is cut by FIN", { headers: type, body: csv.subarray(0, 100_000) }, "unproven"],
    [
      "by HTTP/1.0 and is cut at the end of a line",
      { status: "HTTP/1.0 200 OK", headers: type, body: csv.subarray(0, csv.lastIndexOf(10) + 1) },
      "unproven",
    ],
    [
      "coded, without length and chunks",
      { headers: { ...type, "content-encoding": "gzip" }, body: Buffer.from("1,2\n3,4\n") },
      "interrupted",
    ],
  ])("%s is the error that says so, and nothing is left", async (_what, answer, code) => {
    expect(await outcome(answer)).toEqual({ code });
  });

  it("without length and chunks and is cut by RST is never a success", async () => {
    const cut = { headers: type, body: csv.subarray(0, 100_000), end: "reset" } as const; // it is one of the ways
    expect(await outcome(cut)).toEqual({ code: expect.stringMatching(/^(?:unproven|interrupted)$/) });
  });

  it("without length and chunks is taken where the caller accepts that", async () => {
    expect(await outcome({ headers: type, body: csv }, { acceptUnproven: true })).toMatchObject({
      sha256: sha256(csv),
    });
  });

  it("unproven has an error that says why and what to do, and is not retryable", async () => {
    const storage = await startRawStorage({ headers: type, body: csv });
    const error = await downloadErrorOf(openStream(reportAt([linkTo(storage)])).then(({ stream }) => collect(stream)));
    expect(error).toMatchObject({ code: "unproven", retryable: false, phase: "download" });
    expect(error?.message).toMatch(/neither a length nor chunks.*acceptUnproven: true/);
  });
});

describe("a file with an end of its own", () => {
  it.each<[string, Uint8Array, ReadyReport["expects"]]>([
    ["an XML document", camt, "camt053"],
    ["a zip", zipOf({ "a.csv": csv }), "zip"],
    ["a gzip", gzip, "csv"],
  ])("needs no length: %s", async (_what, body, expects) => {
    expect(await outcome({ headers: {}, body }, { expects })).toMatchObject({ sha256: sha256(body) });
    expect(await outcome({ headers: {}, body: body.subarray(0, -30) }, { expects })).toEqual({ code: "truncated" });
  });
});

describe("a coded file that the API serves", () => {
  it("is requested again through the client, by the fetch that the download passes", async () => {
    const api = await startRawStorage(coded("gzip", gzip));
    const passed: (string | undefined)[] = [];
    const location: ApiLocation = {
      via: "api",
      open: ({ headers, signal, timeoutMs, fetch: given }) => {
        passed.push(`${given === undefined ? "own" : "given"} ${timeoutMs}`);
        const request = new Request(`${api.origin}/content`, {
          headers: { ...headers, authorization: "Bearer s" },
          signal,
        });
        return (given ?? fetch)(request);
      },
    };
    const file = await downloadTo(reportAt([location]), toDirectory(await temporaryDirectory()), {
      stallTimeoutMs: 4000,
    });
    expect(file).toMatchObject({ sha256: sha256(csv), requests: 2 });
    expect(passed).toEqual(["own 4000", "given 4000"]);
    expect(api.requests.every((request) => request.includes("authorization: Bearer s"))).toBe(true);
  });

  it("by a client that uses its own fetch all the same is unproven, and is never read", async () => {
    const api = await startRawStorage(coded("gzip", gzip));
    const location: ApiLocation = {
      via: "api",
      open: ({ headers, signal }) => fetch(`${api.origin}/content`, { headers, signal }),
    };
    const download = downloadTo(reportAt([location]), toDirectory(await temporaryDirectory()));
    expect(await downloadErrorOf(download)).toMatchObject({ code: "unproven" });
  });
});

/** A connection that closes while its body waits to be read (nodejs/undici#5360). */
describe("a connection that closes behind the body does not end the process", () => {
  const uncaught = (): unknown[] => {
    const errors: unknown[] = [];
    const note = (error: unknown): unknown => errors.push(error);
    process.on("uncaughtException", note);
    onTestFinished(() => void process.off("uncaughtException", note));
    return errors;
  };
  const apiOf = ({ origin }: { readonly origin: string }): FileLocation => ({
    via: "api",
    open: ({ headers, signal, fetch: given }) => (given ?? fetch)(new Request(`${origin}/f`, { headers, signal })),
  });

  it.each([1_400_000, 3_000_000, 20_000_000])(
    "when a body of %i bytes is coded",
    { timeout: 120_000 },
    async (length) => {
      const errors = uncaught();
      const body = csvOf(length);
      const packed = gzipSync(body, { level: 1 });
      const storage = await startRawStorage({
        ...coded("gzip", packed),
        headers: { ...coded("gzip", packed).headers, connection: "close" },
      });
      for (let round = 0; round < (length > 10_000_000 ? 3 : 15); round += 1) {
        const location = round % 2 === 0 ? linkTo(storage) : apiOf(storage);
        const file = await downloadTo(reportAt([location]), toDirectory(await temporaryDirectory()));
        expect(file.sha256).toBe(sha256(body));
      }
      expect(errors).toEqual([]);
    },
  );
});
