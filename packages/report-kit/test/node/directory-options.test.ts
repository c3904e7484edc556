import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReadyReport, ReportFile } from "../../src/download/index.ts";
import { toDirectory, toFile } from "../../src/node/index.ts";
import {
  csvOf,
  downloadTo,
  filesBelow,
  key,
  linkTo,
  reportAt,
  sha256,
  temporaryDirectory,
} from "../download/ready-report.ts";
import { startStorage } from "../download/storage.ts";
import { reportFacts } from "../support/report-facts.ts";

const body = csvOf(2_000);
const day = { from: "2026-11-19", to: "2026-11-19" };

async function download(
  fileName: string | undefined,
  details: Partial<ReadyReport> = {},
  evidence = false,
): Promise<{ readonly directory: string; readonly file: ReportFile }> {
  const storage = await startStorage({ body, etag: '"e"' });
  const directory = await temporaryDirectory();
  const report = reportAt([linkTo(storage)], { period: day, ...details });
  return { directory, file: await downloadTo(report, toDirectory(directory, { fileName, evidence })) };
}

describe("a pattern for file names", () => {
  it.each([
    [
      "{provider}/{account}/{reportType}/{from}_{to}.{ext}",
      "circle/treasury/managed_payout_transactions/2026-11-19_2026-11-19.csv",
    ],
    ["{source}/{name}", "circle/treasury/2026-11-19_managed_payout_transactions-5f0c8a52.csv"],
    ["ledger-in/{from} {name}", "ledger-in/2026-11-19 2026-11-19_managed_payout_transactions-5f0c8a52.csv"],
    ["{key}.{ext}", `${key}.csv`],
  ])("%s", async (pattern, path) => {
    const { directory, file } = await download(pattern);
    expect(file).toMatchObject({ path: join(directory, path), name: path.split("/").at(-1), period: day });
    expect(await filesBelow(directory)).toEqual([path]);
  });

  it("makes what it fills in safe, and keeps two accounts apart", async () => {
    const pattern = "{account}/{from}.{ext}";
    const paths = ["../../etc", "a/b", "a:b", "..", "CON", "a\u202eb"].map(async (account) => {
      const { directory, file } = await download(pattern, { account, source: `circle/${account}` });
      return file.path?.slice(directory.length + 1);
    });
    const made = await Promise.all(paths);
    expect(new Set(made).size).toBe(made.length);
    for (const path of made) expect(path).toMatch(/^[\w-]+-[0-9a-f]{8}\/2026-11-19\.csv$/);
  });

  it("that fills in a hostile name of the provider's stays in the directory", async () => {
    const { directory, file } = await download("{from}-{name}", { fileName: "../../../x.csv\u0000" });
    expect(file.path).toBe(join(directory, "2026-11-19-2026-11-19_x.csv_"));
  });

  it("puts a correction beside the file that it corrects", async () => {
    const delivery = { id: `${key}.2`, earlier: { deliveryId: `${key}.1`, sha256: "5f" } };
    expect((await download("{from}.{ext}", { delivery })).file.name).toBe("2026-11-19_5f0c8a52-2.csv");
    expect((await download("{from}-{name}", { delivery, fileName: "a.csv" })).file.name).toBe(
      "2026-11-19-2026-11-19_a_5f0c8a52-2.csv",
    );
  });

  it.each([
    ["", "a pattern such as"],
    [7, "string"],
    ["/etc/{name}", "a relative path"],
    ["../{name}", "a relative path"],
    ["a//{name}", "a relative path"],
    ["a\\{name}", "a relative path"],
    ["nul/{name}", "a relative path"],
    ["{frm}.{ext}", "did you mean {from}?"],
    ["{report_type}.{ext}", "did you mean {reportType}?"],
    ["{constructor}.{ext}", "members that are known (source, provider, account, reportType, key, from, to, name, ext)"],
    ["{from.{ext}", "a { and a }"],
    ["from}.{ext}", "a { and a }"],
    ["{{from}}.{ext}", "a { and a }"],
    ["{name}/{from}.{ext}", "{name} in the last part alone"],
    ["{from}", "{ext} or {name} in the last part"],
    [`${"a/".repeat(300)}{name}`, "a pattern such as"],
  ])("%j is refused, with what to do", (fileName, expected) => {
    const options = { fileName } as { fileName: string }; // plain JavaScript can pass it
    expect(() => toDirectory("out", options)).toThrow(
      expect.objectContaining({
        name: "ReportRequestError",
        field: "fileName",
        expected: expect.stringContaining(expected),
      }),
    );
  });

  it("with days is refused for a report without any, before anything is sent", async () => {
    const target = toDirectory(await temporaryDirectory(), { fileName: "{to}.{ext}" });
    await expect(target.check?.({}, reportFacts(key))).rejects.toMatchObject({
      field: "fileName",
      expected: expect.stringContaining("without {to}: circle/treasury does not name the days"),
    });
  });

  it("is named where an option is misspelt", () => {
    expect(() => toDirectory("out", { filename: "x" } as object)).toThrow(/filename: .*did you mean fileName\?/);
  });
});

describe("the evidence beside a file", () => {
  it("names the report, the file, the requests and the versions, and no secret", async () => {
    const delivery = { id: `${key}.1` };
    const { directory, file } = await download("{from}.{ext}", { delivery }, true);
    const text = await readFile(join(directory, "2026-11-19.csv.json"), "utf8");
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    }; // a manifest has one
    expect(JSON.parse(text)).toEqual({
      v: 1,
      report: {
        source: "circle/treasury",
        provider: "circle",
        account: "treasury",
        reportType: "managed_payout_transactions",
        key,
        request: { report: "a" },
        period: day,
        reference: "r-1",
      },
      deliveryId: `${key}.1`,
      file: {
        name: "2026-11-19.csv",
        mediaType: file.mediaType,
        bytes: body.length,
        sha256: sha256(body),
        empty: false,
        resumed: false,
      },
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      waitedMs: 1_000,
      requests: { report: 2, file: 1, linksRenewed: 0 },
      versions: { "report-kit": version, node: process.versions.node },
    });
    expect(text).not.toMatch(/https?:|X-Amz|Signature/);
    expect(await filesBelow(directory)).toEqual(["2026-11-19.csv", "2026-11-19.csv.json"]);
  });

  it("is written again by a run that finds the file there already", async () => {
    const storage = await startStorage({ body, etag: '"e"' });
    const path = join(await temporaryDirectory(), "a.csv");
    await downloadTo(reportAt([linkTo(storage)]), toFile(path));
    await expect(stat(`${path}.json`)).rejects.toMatchObject({ code: "ENOENT" });
    const file = await downloadTo(reportAt([linkTo(storage)]), toFile(path, { evidence: true }));
    expect(file.existed).toBe(true);
    expect(JSON.parse(await readFile(`${path}.json`, "utf8"))).toMatchObject({ file: { sha256: sha256(body) } });
  });
});
