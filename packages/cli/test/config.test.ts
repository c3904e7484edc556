import { Ajv2020 } from "ajv/dist/2020.js";
import { startSandbox } from "@report-kit/sandbox";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { configText } from "../src/commands/init.ts";
import { configFrom } from "../src/config/config.ts";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { outputJsonSchema } from "../src/output-schema.ts";
import { emptyDirectory, reaching, run } from "./cli.ts";

const circle = (more: string): string => `sources:\n  treasury:\n    provider: circle\n${more}`;

const refused: readonly (readonly [string, string, string])[] = [
  [
    "an unknown member, with the nearest",
    "jurnal: x\nsources: {}\n",
    "c.yaml:1:1: jurnal is not known here. Did you mean journal?",
  ],
  ["a member of another provider", circle("    pspId: 1\n"), "c.yaml:4:5: sources.treasury.pspId is not known here."],
  [
    "a credential in the file",
    circle("    apiKey: hunter2\n"),
    "c.yaml:4:5: sources.treasury.apiKey is not known here.",
  ],
  [
    "an unknown provider",
    "sources: { a: { provider: cirle } }",
    'c.yaml:1:27: sources.a.provider: expected circle or begateway or monato or mercadopago. Got "cirle". Did you mean circle?',
  ],
  ["a source without a provider", "sources: { a: {} }", "c.yaml:1:15: sources.a.provider: expected circle"],
  ["no sources", "journal: x\n", "c.yaml:1:1: sources is missing."],
  [
    "an unknown value of a report type",
    circle("    from: 2026-11-01\n    series: [{ reportType: cam053 }]\n"),
    'c.yaml:5:28: sources.treasury.series[0].reportType: expected camt053 or managed_payout_transactions or managed_payment_wallet_balances or managed_payin_transactions (did you mean camt053?), got "cam053".',
  ],
  [
    "a series without its report type",
    circle("    series: [{}]\n"),
    "c.yaml:4:14: sources.treasury.series[0]: reportType is missing.",
  ],
  [
    "a series without a first day",
    circle("    series: [{ reportType: camt053 }]\n"),
    "c.yaml: the series camt053 of treasury has no first day.",
  ],
  [
    "a zone that is needed",
    circle("    from: 2026-11-01\n    series: [{ reportType: managed_payin_transactions, timeframe: daily }]\n"),
    "the time zone of its days is not known",
  ],
  [
    "a window where a report is of a day",
    circle("    from: 2026-11-01\n    series: [{ reportType: camt053, every: 7d }]\n"),
    "its reports are of one day or one month",
  ],
  [
    "a first day that is none",
    circle("    from: yesterday\n"),
    'c.yaml:4:11: sources.treasury.from: expected a day as YYYY-MM-DD, got "yesterday".',
  ],
  [
    "two series of one name",
    circle("    from: 2026-11-01\n    series: [{ reportType: camt053 }, { reportType: camt053 }]\n"),
    "two series are named treasury/camt053",
  ],
  ["text that is no YAML", "sources: {a: [", "This is no YAML"],
  ["a list in place of an object", "- a\n", "c.yaml:1:1: expected an object with journal"],
  ["an empty file", "", "c.yaml:1:1: expected an object with journal"],
];

describe("the configuration", () => {
  it.each(refused)("refuses %s, with the place", (_, text, message) => {
    expect(() => configFrom("c.yaml", text)).toThrow(message);
    expect(() => configFrom("c.yaml", text)).not.toThrow("hunter2");
  });

  it("takes what init writes, aliases of YAML, and an account number as it is written", () => {
    const config = configFrom(
      "c.yaml",
      `from: &day 2026-11-01
sources:
  fincore:
    provider: monato
    series: [{ report_type: MONTHLY_ACCOUNT_STATEMENT, clabe_number: 646180110400000007, from: *day }]`,
    );
    const [series] = config.series;
    expect(series).toMatchObject({
      every: "month",
      timeZone: "America/Mexico_City",
      from: "2026-11-01",
      name: "fincore/MONTHLY_ACCOUNT_STATEMENT",
    });
    expect(series?.texts["clabe_number"]).toBe("646180110400000007");
    expect(
      configFrom("c.yaml", configText(["circle", "begateway", "monato", "mercadopago"], "2026-11-01")).series.length,
    ).toBe(5);
  });

  it("has a JSON Schema that takes and refuses the same", () => {
    const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());
    expect(validate(parse(configText(["circle", "begateway", "monato", "mercadopago"], "2026-11-01")))).toBe(true);
    // The last of these need to know more than a schema does.
    const beyond = /first day$|zone|window|two series|no YAML/;
    for (const [name, text] of refused.filter(([name]) => !beyond.test(name)))
      expect([name, validate(parse(text))]).toEqual([name, false]);
  });
});

describe("--json", () => {
  it("writes lines that its JSON Schema takes: events, reports, deliveries, jobs, checks, looks, what is missing, errors", async () => {
    const sandbox = await startSandbox({ readyAfterMs: 0 });
    try {
      const validate = new Ajv2020({ strict: false, allowUnionTypes: true }).compile(outputJsonSchema());
      const cwd = emptyDirectory();
      const env = reaching(sandbox);
      await run(["init", "circle", "monato"], { cwd });
      const camt = ["circle", "--report-type", "camt053", "--date", "2026-11-19"];
      const runs = [
        ["missing"],
        ["run", "--only", "treasury"],
        ["run", "--only", "nothing"],
        ["jobs", "list"],
        ["doctor"],
        ["get", ...camt],
        ["get", "circle", "--date", "soon"],
        ["plan", ...camt],
        ["jobs", "prune", "--ended-before", "400d"],
      ];
      const seen = new Set<string>();
      for (const args of runs) {
        const { out } = await run([...args, "--json"], { cwd, env });
        for (const text of out
          .trimEnd()
          .split("\n")
          .filter((line) => line !== "")) {
          const line: { line: string } = JSON.parse(text);
          seen.add(line.line);
          expect([text, validate(line), validate.errors]).toEqual([text, true, null]);
        }
      }
      expect([...seen].toSorted()).toEqual([
        "check",
        "delivery",
        "error",
        "event",
        "job",
        "look",
        "missing",
        "removed",
        "report",
        "summary",
      ]);
      expect(validate({ line: "report" })).toBe(false);
    } finally {
      await sandbox.close();
    }
  });
});
