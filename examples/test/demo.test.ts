import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BlobReader, BlobWriter, ZipReader } from "@zip.js/zip.js";
import { parse } from "csv-parse/sync";
import { XMLParser } from "fast-xml-parser";
import readExcelFile from "read-excel-file/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDemo } from "../demo/demo.ts";
import type { DemoResult } from "../demo/demo.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let directory: string;
let result: DemoResult;
let screen = "";
/** What the README's command prints, beside the run in this process. */
let printed: Promise<string>;

/** The command of the root's `demo` script, after the build. */
async function runCommand(): Promise<string> {
  const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const [program, ...args] = String(scripts.demo).split(" && ").at(-1)?.split(" ") ?? [];
  if (program !== "node") throw new Error(`the demo is run by ${program}`);
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 60_000 });
  return stdout;
}

beforeAll(async () => {
  printed = runCommand();
  printed.catch(() => undefined); // a test looks at it
  directory = await mkdtemp(join(tmpdir(), "report-kit-demo-test-"));
  const output = new PassThrough();
  output.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
  });
  // A stream that is no terminal: plain lines.
  result = await runDemo(directory, Object.assign(output, { isTTY: false }) as unknown as NodeJS.WriteStream); // what the demo uses of one
}, 60_000);

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const fileOf = async (provider: string, report: string): Promise<{ path: string; bytes: Buffer }> => {
  const path = result.fetched.find((each) => each.provider === provider && each.report === report)?.file.path ?? "";
  return { path, bytes: await readFile(path) };
};
const rowsOf = async (provider: string, report: string): Promise<Record<string, string>[]> => {
  const { bytes } = await fileOf(provider, report);
  const text = bytes.toString("utf8");
  return parse(text, { columns: true, bom: true, delimiter: text.split("\n")[0]?.includes(";") ? ";" : "," });
};

describe("the demo", () => {
  it("fetches nine reports of four providers, and leaves nothing else in their places", async () => {
    expect(result.fetched.map(({ provider, report }) => `${provider} ${report}`)).toEqual([
      "Circle camt.053",
      "Circle payouts",
      "Circle payins",
      "Circle wallet balances",
      "beGateway balance records",
      "Monato daily",
      "Monato monthly statement",
      "Mercado Pago settlement",
      "Mercado Pago release",
    ]);
    const entries = await readdir(join(directory, "reports"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    expect(files.toSorted()).toEqual(result.fetched.map(({ file }) => basename(file.path ?? "")).toSorted());
    for (const { file } of result.fetched) {
      expect(file.bytes).toBeGreaterThan(500);
      expect(file.empty).toBe(false);
    }
  });

  it("is what the root's demo script runs", async () => {
    expect(await printed).toContain("The providers were asked to make 0 reports again (7 in the first run).");
  });

  it("asks no provider to make anything again in its second run, and says so", () => {
    expect(result.made).toEqual([7, 0]);
    expect(screen).toContain("The providers were asked to make 0 reports again (7 in the first run).");
    expect(screen).toContain("Every file is the same, byte for byte.");
  });

  it("waits for a Monato report until its webhook ends the wait", () => {
    expect(screen).toMatch(/Monato (daily|monthly statement) +woken: it may be ready/);
  });

  it("prints a line for each report and a table, and no secret", () => {
    for (const { provider, report, job } of result.fetched) {
      expect(screen).toContain(`${provider} ${report}`);
      expect(screen).toContain(job.key.slice(0, 8));
    }
    expect(screen).not.toMatch(/X-Amz-Signature|Bearer |APP_USR|eyJ/);
  });

  it("is answered by a sandbox that keeps to the specs, and sends no credentials to the storage host", () => {
    expect(result.sandbox.violations).toEqual([]);
    const storage = result.sandbox.requests.filter((request) => request.origin === "storage");
    expect(storage.length).toBeGreaterThan(0);
    expect(storage.filter((request) => request.carriesSecret)).toEqual([]);
  });
});

interface Balance {
  readonly Tp: { readonly CdOrPrtry: { readonly Cd: string } };
  readonly Amt: { readonly "#text": string };
  readonly CdtDbtInd: string;
}
interface Entry {
  readonly Amt: { readonly "#text": string };
  readonly CdtDbtInd: string;
}
interface Statement {
  readonly Bal: readonly Balance[];
  readonly Ntry?: readonly Entry[];
}

/** An amount in hundredths of a cent, signed by its side: exact, as money is. */
const signed = ({ Amt, CdtDbtInd }: Entry): bigint => {
  const [whole = "0", fraction = ""] = Amt["#text"].split(".");
  const units = BigInt(whole + fraction.padEnd(6, "0"));
  return CdtDbtInd === "DBIT" ? -units : units;
};

describe("a file of the demo, read by a parser that is not ours,", () => {
  it("of Circle's camt.053 has statements whose opening balance and entries add up to the closing balance", async () => {
    const { bytes } = await fileOf("Circle", "camt.053");
    const parser = new XMLParser({
      ignoreAttributes: false,
      parseTagValue: false,
      isArray: (name) => ["Stmt", "Bal", "Ntry"].includes(name),
    });
    const { Document: document } = parser.parse(bytes) as {
      Document: { "@_xmlns": string; BkToCstmrStmt: { Stmt: readonly Statement[] } };
    };
    expect(document["@_xmlns"]).toBe("urn:iso:std:iso:20022:tech:xsd:camt.053.001.13");
    expect(document.BkToCstmrStmt.Stmt.length).toBeGreaterThanOrEqual(2);
    for (const statement of document.BkToCstmrStmt.Stmt) {
      const balance = (code: string): bigint => {
        const found = statement.Bal.find((each) => each.Tp.CdOrPrtry.Cd === code);
        if (found === undefined) throw new Error(`no ${code} balance`);
        return signed(found);
      };
      const entries = (statement.Ntry ?? []).map(signed).reduce((sum, amount) => sum + amount, 0n);
      expect(balance("OPBD") + entries).toBe(balance("CLBD"));
    }
  });

  it("of beGateway is a zip with a workbook of the two documented sheets", async () => {
    const { bytes } = await fileOf("beGateway", "balance records");
    const [entry] = await new ZipReader(new BlobReader(new Blob([new Uint8Array(bytes)]))).getEntries();
    expect(entry?.filename).toMatch(/\.xlsx$/);
    if (entry === undefined || entry.directory) throw new Error("the zip holds no file");
    const workbook = Buffer.from(await (await entry.getData(new BlobWriter())).arrayBuffer());
    const sheets = await readExcelFile(workbook);
    expect(sheets.map(({ sheet }) => sheet)).toEqual(["balance_records", "opening_balance"]);
    expect(sheets[0]?.data[0]?.slice(0, 5)).toEqual([
      "Merchant ID",
      "Merchant name",
      "Shop ID",
      "Shop name",
      "Gateway ID",
    ]);
  });

  it.each([
    ["Circle", "payouts"],
    ["Circle", "payins"],
    ["Circle", "wallet balances"],
    ["Monato", "daily"],
    ["Monato", "monthly statement"],
  ])("of %s's %s is a CSV of records that all have the header's columns", async (provider, report) => {
    const rows = await rowsOf(provider, report);
    expect(rows.length).toBeGreaterThan(5);
    const columns = Object.keys(rows[0] ?? {});
    expect(columns.length).toBeGreaterThan(3);
    for (const row of rows) expect(Object.keys(row)).toEqual(columns);
  });

  it("of Mercado Pago's settlement report has the documented columns", async () => {
    const rows = await rowsOf("Mercado Pago", "settlement");
    expect(Object.keys(rows[0] ?? {})).toEqual(
      expect.arrayContaining([
        "EXTERNAL_REFERENCE",
        "SOURCE_ID",
        "PAYMENT_METHOD_TYPE",
        "TRANSACTION_TYPE",
        "TRANSACTION_AMOUNT",
        "TRANSACTION_CURRENCY",
        "FEE_AMOUNT",
        "SETTLEMENT_NET_AMOUNT",
        "SETTLEMENT_DATE",
      ]),
    );
  });

  it("of Mercado Pago's release report has the documented columns, from the opening balance to the total", async () => {
    const rows = await rowsOf("Mercado Pago", "release");
    expect(Object.keys(rows[0] ?? {})).toEqual(
      expect.arrayContaining(["DATE", "RECORD_TYPE", "NET_CREDIT_AMOUNT", "NET_DEBIT_AMOUNT", "BALANCE_AMOUNT"]),
    );
    const types = rows.map((row) => row["RECORD_TYPE"]);
    expect(types[0]).toBe("initial_available_balance");
    expect(types.at(-1)).toBe("total");
  });
});
