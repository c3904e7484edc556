import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { asStream, createTarget, toStream } from "../../src/download/index.ts";
import type { DownloadOptions } from "../../src/download/index.ts";
import type { ReadyReport } from "../../src/source/ready-report.ts";
import { platformWith } from "../../src/platform.ts";
import { createTimer } from "../../src/waiting/timer.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
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
import type { Fault, StoredFile } from "./storage.ts";
import { startStorage } from "./storage.ts";
import { zipOf } from "../unpack/zip.ts";

const csv = csvOf(300_000);
const camt = Buffer.from(
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">${"<Ntry/>".repeat(900)}</Document>\n`,
);
const gzip = gzipSync(csv);

/** Download a file, to a directory and as a stream; both must fail with the same code, and nothing be left. */
async function failure(file: StoredFile, details: Partial<ReadyReport> = {}, faults: readonly Fault[] = []) {
  const directory = await temporaryDirectory();
  const storage = await startStorage(file, [...faults]);
  const context = reportAt([linkTo(storage)], details);
  const error = await downloadErrorOf(downloadTo(context, toDirectory(directory), { stallTimeoutMs: 100 }));
  expect(await filesBelow(directory)).toEqual([]);
  storage.faults = [...faults];
  const streamed = await downloadErrorOf(
    openStream(reportAt([linkTo(storage)], details), { stallTimeoutMs: 100 }).then(({ stream }) => collect(stream)),
  );
  expect(streamed?.code).toBe(error?.code);
  return error;
}

describe("what came instead of the file", () => {
  it.each<[string, string, StoredFile, ReadyReport["expects"]]>([
    ["nothing at all", "empty-body", { body: Buffer.of() }, "csv"],
    ["nothing at all, in chunks", "empty-body", { body: Buffer.of(), chunked: true }, undefined],
    ["an HTML page", "error-page", { body: Buffer.from("<!DOCTYPE html><html><body>Sign in</body></html>") }, "csv"],
    ["an HTML page where XML is expected", "error-page", { body: Buffer.from("<html lang='en'>Sorry</html>") }, "xml"],
    ["a JSON error", "error-page", { body: Buffer.from('{"code":401,"message":"Unauthorized"}') }, "csv"],
    ["a JSON error, nothing expected", "error-page", { body: Buffer.from('{"error":"x"}') }, undefined],
    [
      "an error document of the storage",
      "error-page",
      {
        body: Buffer.from(
          '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
        ),
      },
      "xml",
    ],
    ["XML where CSV is expected", "wrong-type", { body: camt }, "csv"],
    ["CSV where XML is expected", "wrong-type", { body: csv }, "xml"],
    ["CSV where a workbook is expected", "wrong-type", { body: csv }, "xlsx"],
    ["a PDF where CSV is expected", "wrong-type", { body: Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj") }, "csv"],
    ["half an XML document", "truncated", { body: camt.subarray(0, camt.length / 2) }, "xml"],
    ["an XML document without its last character", "truncated", { body: camt.subarray(0, -2) }, "xml"],
    ["half a zip", "truncated", { body: zipOf({ "a.csv": csv }).subarray(0, 2000) }, "zip"],
    ["a zip without its last byte", "truncated", { body: zipOf({ "a.csv": csv }).subarray(0, -1) }, "csv"],
    ["a zip without its middle", "truncated", { body: withoutMiddle(zipOf({ "a.csv": csv })) }, "csv"],
    ["half a gzip", "truncated", { body: gzip.subarray(0, gzip.length / 2) }, "csv"],
    ["a gzip without its last byte", "truncated", { body: gzip.subarray(0, -1) }, "csv"],
    [
      "a gzip with a flipped bit",
      "truncated",
      { body: gzip.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)) },
      "csv",
    ],
    ["a gzip of an error page", "error-page", { body: gzipSync("<html>no</html>") }, "csv"],
    ["a gzip of nothing", "empty-body", { body: gzipSync("") }, "csv"],
  ])("%s is the error %s", async (_what, code, file, expects) => {
    const error = await failure({ ...file, etag: '"e"' }, { expects });
    expect(error).toMatchObject({ code, phase: "download" });
  });

  it("shows the first 2 KiB of it, without secrets", async () => {
    const token = "AQoDYXdzEJr1234567890";
    const page = `<html>${"x".repeat(300)} ${token} Bearer abc.def.ghi https://h.example/a?X-Amz-Signature=feedbeef </html>${"y".repeat(4000)}`;
    const storage = await startStorage({ body: Buffer.from(page) });
    const context = reportAt([linkTo(storage, `/report.csv?X-Amz-Security-Token=${token}`)]);
    const error = await downloadErrorOf(openStream(context));
    expect(error?.evidence).toContain("<html>xxx");
    expect(error?.evidence?.length).toBeLessThanOrEqual(2048);
    for (const secret of [token, "abc.def.ghi", "feedbeef"]) expect(JSON.stringify(error)).not.toContain(secret);
  });

  it("is fine when it is what it should be", async () => {
    const files: [StoredFile["body"], ReadyReport["expects"], string, boolean][] = [
      [csv, "csv", "text/csv", false],
      [Buffer.from("id,date\n"), "csv", "text/csv", true],
      [Buffer.from('\ufeffid,"two\nlines"\r\n\r\n'), "csv", "text/csv", true],
      [Buffer.from("id,date\r\n1,2\r\n"), "csv", "text/csv", false],
      [Buffer.from("\ufeffid\tdate\n1\t2\n", "utf16le"), "csv", "text/csv", false],
      [camt, "xml", "application/xml", false],
      [Buffer.concat([Buffer.from("\ufeff"), camt, Buffer.from("<!-- end -->")]), "xml", "application/xml", false],
      [Buffer.from("<Document/>"), "xml", "application/xml", false],
      [gzip, "csv", "application/gzip", false],
      [gzipSync("id,date\n"), "csv", "application/gzip", true],
      [Buffer.concat([gzip, gzip]), "csv", "application/gzip", false],
      [zipOf({ "a.csv": csv }), "csv", "application/zip", false],
      [zipOf({}), "zip", "application/zip", false],
      [
        zipOf({ "[Content_Types].xml": camt, "xl/workbook.xml": camt }),
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        false,
      ],
    ];
    for (const [body, expects, mediaType, empty] of files) {
      const storage = await startStorage({ body });
      const directory = await temporaryDirectory();
      const file = await downloadTo(reportAt([linkTo(storage)], { expects }), toDirectory(directory));
      expect(file).toMatchObject({ mediaType, empty, sha256: sha256(body), requests: 1, resumed: false });
    }
  });
});

describe("an answer that is no file", () => {
  it("is asked for later when it says so, no sooner than it says", async () => {
    const storage = await startStorage({ body: csv }, [
      { instead: { status: 503, headers: { "retry-after": "120" }, body: "SlowDown" } },
      { instead: { status: 429 } },
    ]);
    const context = reportAt([linkTo(storage)]);
    const { file } = await openStream(context).then(async (opened) => (await collect(opened.stream), opened));
    expect(await file).toMatchObject({ requests: 3, sha256: sha256(csv) });
    expect(context.waits[0]).toBeGreaterThan(119_000);
    expect(context.waits[1]).toBeLessThan(2000);
  });

  it("that asks for more than a quarter of an hour ends the download, for a later one to ask again", async () => {
    const storage = await startStorage({ body: csv }, [
      { instead: { status: 503, headers: { "retry-after": "9".repeat(400) } } },
    ]);
    const context = reportAt([linkTo(storage)]);
    await expect(openStream(context)).rejects.toMatchObject({ code: "refused", status: 503, retryable: true });
    expect(context.waits).toEqual([]);
  });

  it.each([400, 401, 403, 404, 410])(
    "means an expired link when it is %i: another one is asked for, and goes on",
    async (status) => {
      const directory = await temporaryDirectory();
      const storage = await startStorage({ body: csv, etag: '"e"' }, [{ cutAfter: 150_000 }, { instead: { status } }]);
      const context = reportAt([linkTo(storage, "/1?sig=11111111"), linkTo(storage, "/2?sig=22222222")]);
      const file = await downloadTo(context, toDirectory(directory));
      expect(file).toMatchObject({ requests: 3, linksRenewed: 1, resumed: true, sha256: sha256(csv) });
      expect(storage.seen.map(({ url }) => url)).toEqual(["/1?sig=11111111", "/1?sig=11111111", "/2?sig=22222222"]);
      expect(storage.seen[2]?.headers.range).toBe(storage.seen[1]?.headers.range);
    },
  );

  it("is an error with the status when fresh links are refused as well", async () => {
    const refusal: Fault = {
      instead: {
        status: 403,
        body: "<Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIA123</AWSAccessKeyId></Error>",
      },
    };
    const error = await failure({ body: csv }, {}, [refusal, refusal, refusal]);
    expect(error).toMatchObject({ code: "refused", status: 403 });
    expect(error?.evidence).toBe("<Error><Code>AccessDenied</Code><AWSAccessKeyId>[redacted]</AWSAccessKeyId></Error>");
  });

  it("is an error at once for a status that is neither", async () => {
    expect(await failure({ body: csv }, {}, [{ instead: { status: 418 } }])).toMatchObject({
      code: "refused",
      status: 418,
    });
    expect(await failure({ body: csv }, {}, [{ instead: { status: 206, body: "x" } }])).toMatchObject({
      code: "refused",
      status: 206,
    });
    expect(await failure({ body: csv }, {}, [{ instead: { status: 204 } }])).toMatchObject({
      code: "refused",
      status: 204,
    });
  });

  it("does not use a link that has expired by the clock", async () => {
    const storage = await startStorage({ body: csv });
    const context = reportAt([linkTo(storage, "/fresh")], {
      link: { via: "link", url: `${storage.origin}/stale`, expiresAt: Date.now() - 1 },
    });
    await collect((await openStream(context)).stream);
    expect(storage.seen.map(({ url }) => url)).toEqual(["/fresh"]);
  });
});

describe("a part that does not fit", () => {
  it("is started over after a 416", async () => {
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body: csv, etag: '"e"' }, [
      { cutAfter: 200_000 },
      { instead: { status: 416, headers: { "content-range": "bytes */5" } } },
    ]);
    const file = await downloadTo(reportAt([linkTo(storage)]), toDirectory(directory));
    expect(file).toMatchObject({ requests: 3, sha256: sha256(csv) });
    expect(storage.seen[2]?.headers.range).toBeUndefined();
  });

  it.each([
    ["another offset", { "content-range": `bytes 5-${csv.length - 1}/${csv.length}` }],
    ["another length", { "content-range": "bytes 200000-400000/400001" }],
    ["not to the end", { "content-range": `bytes 200000-200010/${csv.length}` }],
    ["another validator", { etag: '"two"' }],
    ["no validator", { etag: "" }],
    ["a weak validator", { etag: 'W/"e"' }],
    ["no Content-Range", { "content-range": "" }],
    ["a coding", { "content-encoding": "br" }],
  ])("is started over when the 206 has %s", async (_what, headers) => {
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body: csv, etag: '"e"' }, [{ cutAfter: 200_000 }, { headers }]);
    const file = await downloadTo(reportAt([linkTo(storage)]), toDirectory(directory));
    expect(file).toMatchObject({ requests: 3, sha256: sha256(csv) });
  });

  it("is started over when the file changed; a stream, which can't, is an error", async () => {
    const other = csvOf(310_000, 7);
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body: csv, etag: '"one"' }, [{ cutAfter: 200_000 }]);
    const change = (): void => {
      storage.file = { body: other, etag: '"two"' };
    };
    const context = reportAt([linkTo(storage)]);
    const file = await downloadTo(context, toDirectory(directory), {
      onProgress: ({ bytes }) => void (bytes > 100_000 && change()),
    });
    expect(file).toMatchObject({ sha256: sha256(other), bytes: other.length, requests: 2 });

    storage.file = { body: csv, etag: '"one"' };
    storage.faults = [{ cutAfter: 200_000 }];
    const opened = await openStream(reportAt([linkTo(storage)]), {
      onProgress: ({ bytes }) => void (bytes > 100_000 && change()),
    });
    expect(await downloadErrorOf(collect(opened.stream))).toMatchObject({ code: "changed" });
    expect(await downloadErrorOf(opened.file)).toMatchObject({ code: "changed" });
  });

  it("is started over when the 206 has no validator and the file changed meanwhile, in files and in streams", async () => {
    const other = csvOf(300_000, 5);
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body: csv, etag: '"e"' }, [{ cutAfter: 200_000 }]);
    // It ignores If-Range: the rest of the new file, as if it were that of the old one.
    const change = (): void => {
      storage.file = { body: other };
      storage.faults = [
        {
          instead: {
            status: 206,
            headers: { "content-range": `bytes 131072-${csv.length - 1}/${csv.length}` },
            body: String(other.subarray(131_072)),
          },
        },
      ];
    };
    const onProgress = ({ bytes }: { readonly bytes: number }): void => void (bytes > 100_000 && change());
    const report = reportAt([linkTo(storage)]);
    expect(await downloadTo(report, toDirectory(directory), { onProgress })).toMatchObject({ sha256: sha256(other) });

    storage.file = { body: csv, etag: '"e"' };
    storage.faults = [{ cutAfter: 200_000 }];
    const opened = await openStream(report, { onProgress });
    expect(await downloadErrorOf(collect(opened.stream))).toMatchObject({ code: "changed" });
    await downloadErrorOf(opened.file);
  });

  it("is never asked for with a weak validator", async () => {
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body: csv, etag: 'W/"e"' }, [{ cutAfter: 200_000 }]);
    await downloadTo(reportAt([linkTo(storage)]), toDirectory(directory));
    expect(storage.seen.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
  });

  it("is an error when a body is always shorter than announced", async () => {
    const error = await failure(
      { body: csv.subarray(0, 1000) },
      {},
      Array.from({ length: 8 }, () => ({ headers: { "content-length": "2000" } })),
    );
    expect(error?.code).toMatch(/^(?:short-body|interrupted|stalled)$/);
  });
});

describe("a part that is longer than the file", () => {
  it("is an error: nothing is ever longer than was announced", async () => {
    const directory = await temporaryDirectory();
    const answers = [
      new Response(csv.slice(0, 1000), { headers: { etag: '"e"', "content-length": "2000" } }),
      new Response(csv.slice(1000, 2500), {
        status: 206,
        headers: { etag: '"e"', "content-range": "bytes 1000-1999/2000" },
      }),
    ];
    const fetch = async (): Promise<Response> => answers.shift() ?? Response.error();
    const context = reportAt([{ via: "link", url: "http://localhost/report" }], {
      platform: platformWith({ fetch }),
    });
    expect(await downloadErrorOf(downloadTo(context, toDirectory(directory)))).toMatchObject({ code: "short-body" });
    expect(await filesBelow(directory)).toEqual([]);
  });
});

describe("a coded body", () => {
  it("has no length to check and no part to go on from", async () => {
    const coded = gzipSync(csv);
    const storage = await startStorage({ body: coded, etag: '"e"', headers: { "content-encoding": "gzip" } }, [
      { cutAfter: 20_000 },
    ]);
    const directory = await temporaryDirectory();
    const file = await downloadTo(reportAt([linkTo(storage)]), toDirectory(directory));
    expect(file).toMatchObject({ sha256: sha256(csv), bytes: csv.length, requests: 2 });
    expect(storage.seen[0]?.headers["accept-encoding"]).toBe("identity");
    expect(storage.seen[1]?.headers.range).toBeUndefined();
  });
});

describe("a server that is slow", () => {
  const timer = createTimer();

  it("is left when it says nothing, and asked again", async () => {
    const storage = await startStorage({ body: csv, etag: '"e"' }, [{ silent: true }, { stallAfter: 100_000 }]);
    const directory = await temporaryDirectory();
    const file = await downloadTo(reportAt([linkTo(storage)]), toDirectory(directory), { stallTimeoutMs: 80 });
    expect(file).toMatchObject({ requests: 3, resumed: true, sha256: sha256(csv) });
  });

  it("is an error when it drips for ever", async () => {
    expect(
      await failure(
        { body: csv, etag: '"e"' },
        {},
        Array.from({ length: 8 }, () => ({ dripMs: 5 })),
      ),
    ).toMatchObject({
      code: "stalled",
      retryable: true,
    });
  });

  it("is not blamed for a target that takes its time", async () => {
    const storage = await startStorage({ body: csv, etag: '"e"' });
    const slow = new WritableStream<Uint8Array>({ write: () => timer.wait(Date.now() + 60) });
    const file = await downloadTo(reportAt([linkTo(storage)]), toStream(slow), { stallTimeoutMs: 50 });
    expect(file).toMatchObject({ requests: 1, sha256: sha256(csv) });
  });
});

describe("a body without end", () => {
  it("is an error at the most bytes that a file may have, and nothing is left", async () => {
    const error = async (file: StoredFile, maxBytes: number) => {
      const directory = await temporaryDirectory();
      const storage = await startStorage(file);
      const failed = await downloadErrorOf(
        downloadTo(reportAt([linkTo(storage)]), toDirectory(directory), { maxBytes }),
      );
      expect(await filesBelow(directory)).toHaveLength(failed === undefined ? 1 : 0);
      return failed;
    };
    expect(await error({ body: csv, chunked: true }, 100_000)).toMatchObject({ code: "too-large", retryable: false });
    expect(await error({ body: csv }, 299_999)).toMatchObject({ code: "too-large" });
    expect(await error({ body: csv }, 300_000)).toBeUndefined();
    // What a gzip holds counts as well.
    expect(await error({ body: gzipSync(Buffer.alloc(5_000_000, "1,2\n")) }, 4_000_000)).toMatchObject({
      code: "too-large",
    });
  });

  it("is an error after the longest time that a download may take, and the part is kept", async () => {
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body: csv, etag: '"e"' }, [{ stallAfter: 250_000 }]);
    const download = downloadTo(reportAt([linkTo(storage)]), toDirectory(directory), { maxDurationMs: 300 });
    expect(await downloadErrorOf(download)).toMatchObject({
      code: "stalled",
      retryable: true,
      message: expect.stringContaining("maxDurationMs"),
    });
    expect(await downloadTo(reportAt([linkTo(storage)]), toDirectory(directory))).toMatchObject({
      resumed: true,
      sha256: sha256(csv),
    });
  });
});

describe("a slow target", () => {
  it(
    "makes a body without a length wait in memory only so far, then is given the rest by another request",
    { timeout: 120_000 },
    async () => {
      const body = csvOf(80_000_000);
      const storage = await startStorage({ body, chunked: true });
      const firstIsOver = new Promise<void>((resolve) => {
        const look = setInterval(() => {
          if (storage.broken === 0) return;
          clearInterval(look);
          resolve();
        }, 5);
      });
      const hash = createHash("sha256");
      const slow = new WritableStream<Uint8Array>({
        async write(chunk) {
          await firstIsOver;
          hash.update(chunk);
        },
      });
      const file = await downloadTo(reportAt([linkTo(storage)]), toStream(slow));
      expect(file).toMatchObject({ sha256: sha256(body), bytes: body.length, requests: 2, resumed: true });
      expect(hash.digest("hex")).toBe(sha256(body));
    },
  );
});

describe("an error of a fetch that keeps the link", () => {
  const secret = "feedbeef0123456789";
  const link = `https://bank.s3.amazonaws.com/a?X-Amz-Signature=${secret}&X-Amz-Credential=AKIA1234567890`;
  it.each<[string, () => unknown]>([
    ["in Deno's words", () => new TypeError(`error sending request for url (${link}): client error (Connect)`)],
    [
      "as Bun has it",
      () => Object.assign(new Error("Unable to connect."), { code: "ConnectionRefused", path: link, errno: 0 }),
    ],
    [
      "as node-fetch has it",
      () =>
        Object.assign(new Error(`request to ${link} failed, reason: read ECONNRESET`), {
          type: "system",
          code: "ECONNRESET",
        }),
    ],
    [
      "in its cause",
      () => new TypeError("fetch failed", { cause: Object.assign(new Error("no"), { url: link, input: link }) }),
    ],
    ["in its cause's cause", () => new TypeError("x", { cause: new Error("y", { cause: new Error(`GET ${link}`) }) })],
    ["in the errors of an AggregateError", () => new AggregateError([new Error(link)], `all failed: ${link}`)],
    ["in its stack alone", () => Object.assign(new Error("no"), { stack: `Error: no\n    at ${link}` })],
    ["as a text", () => `no answer from ${link}`],
    ["as an object", () => ({ message: link, url: link, toString: () => link })],
  ])("leaves without it: %s", async (_what, thrown) => {
    const throwing = async (): Promise<never> => {
      throw thrown(); // as some do, no Error
    };
    const body = new ReadableStream({ pull: (controller) => controller.error(thrown()) });
    for (const fetch of [throwing, async () => new Response(body, { headers: { "content-length": "10" } })]) {
      const report = reportAt([{ via: "link", url: link }], { platform: platformWith({ fetch, random: () => 0.5 }) });
      const error = await downloadErrorOf(downloadTo(report, toDirectory(await temporaryDirectory())));
      expect(error?.code).toBe("interrupted");
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error?.stack);
      for (const each of [secret, "AKIA1234567890"]) expect(shown).not.toContain(each);
    }
  });

  it("leaves without it from a target, too", async () => {
    const storage = await startStorage({ body: csv });
    const failing = createTarget({
      open: async () => ({
        write: () => Promise.reject(Object.assign(new Error(`PUT ${link}`), { request: { url: link } })),
        commit: async () => ({}),
        abandon: async () => {},
      }),
    });
    const error = await downloadErrorOf(downloadTo(reportAt([linkTo(storage)]), failing));
    expect(error?.code).toBe("target");
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(secret);
  });
});

describe("the options of a download", () => {
  it.each<[string, unknown, string]>([
    ["overwrite", "yes", '"yes"'],
    ["stallTimeoutMs", "60", '"60"'],
    ["stallTimeoutMs", 0, "0"],
    ["stallTimeoutMs", Number.NaN, "NaN"],
    ["maxDurationMs", -1, "-1"],
    ["maxBytes", "1 GB", '"1 GB"'],
    ["acceptUnproven", 1, "1"],
    ["onProgress", {}, "a value of type object"],
  ])("%s of %j is refused before anything is sent", async (field, value, received) => {
    const report = reportAt([]);
    for (const target of [toDirectory("out"), toStream(new WritableStream()), asStream()]) {
      const options = { [field]: value } as Partial<DownloadOptions>; // plain JavaScript can pass it
      await expect(target.check?.(options)).rejects.toMatchObject({ name: "ReportRequestError", field, received });
      await expect(target.receive(report, options)).rejects.toMatchObject({ field });
    }
    expect(report.located()).toBe(0);
  });

  it("that are undefined have their defaults", async () => {
    const storage = await startStorage({ body: csv });
    const options = { overwrite: undefined, stallTimeoutMs: undefined, maxBytes: undefined, signal: undefined };
    expect(
      await downloadTo(reportAt([linkTo(storage)]), toDirectory(await temporaryDirectory()), options),
    ).toMatchObject({ sha256: sha256(csv) });
  });
});

function withoutMiddle(zip: Uint8Array): Uint8Array {
  return Buffer.concat([zip.subarray(0, 1000), zip.subarray(3000)]);
}
