import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { toStream } from "../../src/download/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import {
  csvOf,
  downloadErrorOf,
  downloadTo,
  filesBelow,
  linkTo,
  reportAt,
  sha256,
  temporaryDirectory,
} from "./ready-report.ts";
import type { StoredFile } from "./storage.ts";
import { startStorage } from "./storage.ts";

const csv = csvOf(300_000);

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
