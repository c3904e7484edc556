import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toDirectory, toFile } from "../../src/node/files/targets.ts";
import {
  collect,
  csvOf,
  downloadTo,
  filesBelow,
  linkTo,
  openStream,
  reportAt,
  sha256,
  temporaryDirectory,
} from "./ready-report.ts";
import { startStorage } from "./storage.ts";

const body = csvOf(300_000);
const strong = '"one"';
const soak = process.env["REPORT_KIT_SOAK"] === "1";

describe("a connection that breaks", () => {
  it("costs nothing but a request, wherever in a hundred places it breaks", { timeout: 60_000 }, async () => {
    const directory = await temporaryDirectory();
    const storage = await startStorage({ body, etag: strong });
    for (let place = 0; place < 100; place += 1) {
      const cutAfter = Math.floor((body.length * place) / 100);
      storage.faults = [{ cutAfter }];
      storage.seen.length = 0;
      const path = join(directory, `${place}.csv`);
      const file = await downloadTo(reportAt([linkTo(storage)]), toFile(path));
      expect(file).toMatchObject({
        bytes: body.length,
        sha256: sha256(body),
        requests: 2,
        resumed: cutAfter > 0,
        linksRenewed: 0,
      });
      const { range = "bytes=0-", "if-range": ifRange } = storage.seen[1]?.headers ?? {};
      const from = Number(/\d+/.exec(range)?.[0]);
      expect(ifRange).toBe(from === 0 ? undefined : strong);
      // A fetch that breaks drops the chunk that nobody has read yet.
      expect(cutAfter - from).toBeGreaterThanOrEqual(0);
      expect(cutAfter - from).toBeLessThanOrEqual(64 * 1024);
      expect(sha256(await readFile(path))).toBe(sha256(body));
    }
    expect(await filesBelow(directory)).toHaveLength(100);
  });

  it(
    "is survived a hundred times in one download, because each part brings something",
    { timeout: 60_000 },
    async () => {
      const directory = await temporaryDirectory();
      const storage = await startStorage(
        { body, etag: strong },
        Array.from({ length: 99 }, () => ({ cutAfter: body.length / 100 })),
      );
      const file = await downloadTo(reportAt([linkTo(storage)]), toDirectory(directory));
      expect(file).toMatchObject({ sha256: sha256(body), requests: 100, resumed: true });
    },
  );

  it("ends in an error when nothing new comes any more, without anything under the final name", async () => {
    const directory = await temporaryDirectory();
    const storage = await startStorage(
      { body, etag: strong },
      Array.from({ length: 50 }, () => ({ cutAfter: 0 })),
    );
    const context = reportAt([linkTo(storage)]);
    await expect(downloadTo(context, toDirectory(directory))).rejects.toMatchObject({
      name: "DownloadError",
      code: "interrupted",
      retryable: true,
      phase: "download",
    });
    expect(context.waits.map((wait) => Math.round(wait / 375))).toEqual(
      [1, 2, 4, 8, 16, 32, 60].map((each) => expect.closeTo(each, 0)),
    );
    expect(await filesBelow(directory)).toEqual([]);
  });

  it(
    "ends in the same bytes under any cuts, with or without validators and ranges, in files and in streams",
    { timeout: soak ? 600_000 : 60_000 },
    async () => {
      const storage = await startStorage({ body });
      const directory = await temporaryDirectory();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            etag: fc.constantFrom(strong, 'W/"weak"', undefined),
            ranges: fc.boolean(),
            chunked: fc.boolean(),
            cuts: fc.array(fc.integer({ min: 0, max: body.length - 1 }), { maxLength: 6 }),
            stream: fc.boolean(),
          }),
          async ({ etag, ranges, chunked, cuts, stream }) => {
            storage.file = { body, ranges, chunked, ...(etag === undefined ? {} : { etag }) };
            storage.faults = cuts.map((cutAfter) => ({ cutAfter }));
            const context = reportAt([linkTo(storage)]);
            run += 1;
            if (stream) {
              const opened = await openStream(context);
              expect(sha256(await collect(opened.stream))).toBe(sha256(body));
              expect(await opened.file).toMatchObject({ path: undefined, sha256: sha256(body) });
            } else {
              const file = await downloadTo(context, toFile(join(directory, String(run))));
              expect(file.sha256).toBe(sha256(body));
            }
          },
        ),
        { seed: 20_261_121, numRuns: soak ? 2000 : 60 },
      );
    },
  );
});
