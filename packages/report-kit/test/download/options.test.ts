import { describe, expect, it } from "vitest";
import { asStream, toStream } from "../../src/download/index.ts";
import type { DownloadOptions } from "../../src/download/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import { csvOf, downloadTo, linkTo, reportAt, sha256, temporaryDirectory } from "./ready-report.ts";
import { startStorage } from "./storage.ts";

const csv = csvOf(300_000);

describe("the options of a download", () => {
  it.each<[string, unknown, string]>([
    ["stallTimeoutMs", 0, "0"],
    ["stallTimeoutMs", Number.NaN, "NaN"],
    ["maxDurationMs", -1, "-1"],
    ["maxBytes", 0, "0"],
  ])("%s of %j is refused before anything is sent", async (field, value, received) => {
    const report = reportAt([]);
    // The kinds of the others are checked by the job: test/kit/options.test.ts.
    for (const target of [toDirectory("out"), toStream(new WritableStream()), asStream()]) {
      const options = { [field]: value } as Partial<DownloadOptions>; // plain JavaScript can pass it
      await expect(target.check?.(options, report)).rejects.toMatchObject({
        name: "ReportRequestError",
        field,
        received,
      });
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
