import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox } from "@report-kit/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configText } from "../src/commands/init.ts";
import { Interruption } from "../src/io.ts";
import { checkConfiguration } from "../src/mercadopago-configuration.ts";
import { emptyDirectory, reaching, run } from "./cli.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ readyAfterMs: 0 });
});
afterAll(() => sandbox.close());

const nights = `journal: .reports
to: files
from: 2026-11-18
sources:
  treasury:
    provider: circle
    series: [{ reportType: camt053 }, { reportType: managed_payin_transactions, timeframe: monthly, from: 2026-10-01, name: payins }]
    timeZone: Asia/Singapore
  psp: { provider: begateway, timeZone: Europe/Minsk, series: [{ format: csv, user_id: 1098, currency: EUR, from: 2026-11-19 }] }
  fincore: { provider: monato, series: [{ report_type: DAILY_ACCOUNT_STATEMENT, clabe_number: CLABE, from: 2026-11-19 }] }
  shop: { provider: mercadopago, timeZone: America/Sao_Paulo, series: [{ report_type: settlement, every: 2d }, { report_type: release, from: 2026-11-19 }] }
`;
/** Saturday noon in UTC: the last day that has ended everywhere is the 19th. */
const now = Date.parse("2026-11-20T14:00:00Z");

function directoryWith(text: string, at: Sandbox = sandbox): string {
  const cwd = emptyDirectory();
  // 18 digits: as a number YAML would lose the last of them.
  writeFileSync(join(cwd, "report-kit.config.yaml"), text.replace("CLABE", at.monatoAccounts[0].clabeNumber));
  return cwd;
}

function jsonLines(out: string): readonly { readonly line: string; readonly [name: string]: unknown }[] {
  return out
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

describe("report-kit run", () => {
  it("delivers every report that is missing of four providers, and sends nothing the second time", async () => {
    const cwd = directoryWith(nights);
    const first = await run(["run", "--json"], { cwd, env: reaching(sandbox), now });
    const delivered = jsonLines(first.out).filter(({ line }) => line === "delivery");
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(delivered.map(({ series, period }) => `${String(series)} ${JSON.stringify(period)}`).toSorted()).toEqual([
      'fincore/DAILY_ACCOUNT_STATEMENT {"from":"2026-11-19","to":"2026-11-19"}',
      'payins {"from":"2026-10-01","to":"2026-10-31"}',
      'psp/balance_records {"from":"2026-11-19","to":"2026-11-19"}',
      'shop/release {"from":"2026-11-19","to":"2026-11-19"}',
      'shop/settlement {"from":"2026-11-18","to":"2026-11-19"}',
      'treasury/camt053 {"from":"2026-11-18","to":"2026-11-18"}',
      'treasury/camt053 {"from":"2026-11-19","to":"2026-11-19"}',
    ]);
    for (const { path, bytes } of delivered) expect(readFileSync(String(path)).byteLength).toBe(bytes);

    const requests = sandbox.requests.length;
    const again = await run(["run"], { cwd, env: reaching(sandbox), now });
    expect([again.code, again.out, sandbox.requests.length - requests]).toEqual([0, "", 0]);
    expect(again.err).toContain("Nothing to do: 6 series, no report is missing.");

    const missing = await run(["missing"], { cwd, env: reaching(sandbox), now });
    expect([missing.code, missing.out, missing.err]).toEqual([0, "", "No report is missing.\n"]);
  });

  it("goes on with the other sources when one has no credentials, and ends with 77", async () => {
    const cwd = directoryWith(nights);
    const { CIRCLE_API_KEY: _, ...env } = reaching(sandbox);
    const { code, out, err } = await run(["run"], { cwd, env, now });
    expect(code).toBe(77);
    expect(out.trimEnd().split("\n").length).toBe(4);
    expect(err).toContain("treasury/camt053: Circle: CIRCLE_API_KEY is not set in the environment.");
    expect(err).toMatch(/treasury\/camt053 +0 +0 +0 +no-credentials/);
  });

  it("names the day in each line, and of reports that are too late the first one and how many there are", async () => {
    const slow = await startSandbox({ readyAfterMs: 3_600_000, seed: "slow" });
    try {
      const cwd = directoryWith(nights, slow);
      const args = ["run", "--only", "treasury", "--deadline", "2s"];
      const { code, err } = await run(args, { cwd, env: reaching(slow), now });
      expect(code).toBe(75);
      for (const day of ["18", "19"])
        expect(err).toMatch(new RegExp(`Z circle/treasury camt053 2026-11-${day}: pending after 1 request`));
      expect(err.match(/^error: treasury\/camt053 /gm)).toHaveLength(1);
      expect(err).toContain("error: payins 2026-10-01..2026-10-31: ");
      expect(err).toContain(
        "treasury/camt053: 2 reports, of 2026-11-18 to 2026-11-19, were not delivered within the deadline of this run.",
      );
      expect(err).not.toContain("deadlineMs");
    } finally {
      await slow.close();
    }
  });

  it.each([
    ["timeZone: America/Buenos_Aeris", "expected an IANA time zone such as America/Mexico_City"],
    ["baseUrl: 127.0.0.1:45100", "expected an https URL such as https://api.example.com"],
    ["baseUrl: http://api.example.com", "(http on this machine)"],
  ])("refuses %s in the configuration by its place", async (member, expected) => {
    const cwd = emptyDirectory();
    const text = `from: 2026-11-17\nsources:\n  a:\n    provider: mercadopago\n    ${member}\n    series: [{ report_type: settlement }]\n`;
    writeFileSync(join(cwd, "report-kit.config.yaml"), text);
    const { code, err } = await run(["run"], { cwd, env: reaching(sandbox), now });
    expect([code, err]).toEqual([2, expect.stringContaining("report-kit.config.yaml:5:")]);
    expect(err).toContain(expected);
  });

  it("names what failed for good in the summary, ends with 1, and has the rest", async () => {
    const own = await startSandbox({ readyAfterMs: 0, seed: "fails" });
    try {
      own.fail({ origin: "begateway" }, { kind: "report-fails" });
      const { code, out, err } = await run(["run", "--only", "psp"], {
        cwd: directoryWith(nights),
        env: reaching(own),
        now,
      });
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(/psp\/balance_records +0 +0 +1 +failed/);
    } finally {
      await own.close();
    }
  });

  it("takes one source or one series by --only, and refuses another name with the nearest", async () => {
    const cwd = directoryWith(nights);
    const { code, out } = await run(["run", "--only", "payins"], { cwd, env: reaching(sandbox), now });
    expect([code, out.split("\n").length]).toEqual([0, 2]);
    const wrong = await run(["run", "--only", "payin"], { cwd, env: reaching(sandbox), now });
    expect([wrong.code, wrong.err]).toEqual([
      2,
      expect.stringContaining('there is no series "payin". Did you mean payins?'),
    ]);
  });
});

describe("report-kit run, interrupted", () => {
  it("prints the bookmark of each job under way, with which another machine continues", async () => {
    const late = await startSandbox({ readyAfterMs: 1_000, seed: "interrupted" });
    try {
      const cwd = directoryWith(nights, late);
      const env = reaching(late);
      const stop = new AbortController();
      const waiting = new Set<string>();
      const first = await run(["run"], {
        cwd,
        env,
        now,
        signal: stop.signal,
        onErr(text) {
          const [, source] = /Z (\S+) .*: waiting until/.exec(text) ?? [];
          if (source !== undefined) waiting.add(source);
          // The settlement and the release report of Mercado Pago are of two sources, one after the other.
          if (waiting.size >= 3) stop.abort(new Interruption("SIGINT"));
        },
      });
      expect([first.code, first.out]).toEqual([130, ""]);
      const bookmarks = [...first.err.matchAll(/^ +bookmark: +(rk1\.\S+)$/gm)].map(([, bookmark = ""]) => bookmark);
      expect(new Set(bookmarks).size).toBe(bookmarks.length);
      expect(bookmarks.length).toBeGreaterThanOrEqual(3);

      // Another machine, with neither the journal nor the configuration. The account's name is in the bookmark.
      const [bookmark = ""] = bookmarks;
      const madeBefore = late.made();
      const resumed = await run(["resume", bookmark], { env });
      expect([resumed.code, late.made() - madeBefore]).toEqual([0, 0]);

      const second = await run(["run", "--only", "psp"], { cwd, env, now });
      expect([second.code, second.out.trimEnd().split("\n").length, late.made("begateway")]).toEqual([0, 1, 1]);
    } finally {
      await late.close();
    }
  });
});

describe("report-kit missing", () => {
  it("lists the periods with their reasons without credentials, sends nothing, and ends with 75", async () => {
    const cwd = directoryWith(nights);
    const requests = sandbox.requests.length;
    const {
      CIRCLE_API_KEY: _,
      BEGATEWAY_SECRET_KEY: __,
      MONATO_API_KEY: ___,
      MERCADOPAGO_ACCESS_TOKEN: ____,
      ...env
    } = reaching(sandbox);
    const { code, out } = await run(["missing"], { cwd, env, now });
    expect([code, sandbox.requests.length]).toEqual([75, requests]);
    expect(out).toMatch(/payins +2026-10-01 +2026-10-31 +never-asked/);
    expect(out.trimEnd().split("\n").length).toBe(8);
    expect(readdirSync(cwd)).toEqual(["report-kit.config.yaml"]);
  });

  it("says when a series begins that has not begun, and which could not be looked at", async () => {
    const cwd = emptyDirectory();
    writeFileSync(
      join(cwd, "report-kit.config.yaml"),
      "from: 2027-01-01\nsources: { treasury: { provider: circle, series: [{ reportType: camt053 }] } }",
    );
    const { code, err } = await run(["missing"], { cwd, env: reaching(sandbox), now });
    expect([code, err]).toEqual([
      0,
      "treasury/camt053 begins on 2027-01-01: nothing is due yet.\nNo report is missing.\n",
    ]);
    const { BEGATEWAY_PSP_ID: _none, ...env } = reaching(sandbox);
    const none = await run(["missing", "--only", "psp"], { cwd: directoryWith(nights), env, now });
    expect([none.code, none.err]).toEqual([77, expect.stringContaining("Of the 1 series, 0 could be looked at.")]);
  });

  it("tells refused credentials from a report that is under way", async () => {
    const cwd = directoryWith(nights);
    const env = { ...reaching(sandbox), CIRCLE_API_KEY: "SAND_API_KEY:wrong:hunter2" };
    expect((await run(["run", "--only", "treasury"], { cwd, env, now })).code).toBe(77);
    const { code, out } = await run(["missing", "--only", "treasury"], { cwd, env, now });
    expect(code).toBe(77);
    expect(out).toMatch(/treasury\/camt053 +2026-11-18 +2026-11-18 +denied/);
  });
});

describe("report-kit jobs, resume and doctor", () => {
  it("show the journal's jobs, why each stands where it stands, and a page", async () => {
    const cwd = directoryWith(nights);
    const env = reaching(sandbox);
    await run(["run", "--only", "treasury"], { cwd, env, now });
    const { out } = await run(["jobs", "list", "--json"], { cwd });
    const jobs = jsonLines(out).map(({ job }) => job as { key: string; bookmark: string; phase: string }); // the schema's test has its shape
    expect(jobs.map(({ phase }) => phase)).toEqual(["ready", "ready", "ready"]);
    const [{ key, bookmark } = { key: "", bookmark: "" }] = jobs;

    for (const name of [key, bookmark])
      expect((await run(["jobs", "show", name], { cwd })).out).toMatch(new RegExp(`^key +${key}$`, "m"));
    const why = await run(["jobs", "why", key], { cwd });
    expect([why.code, why.out]).toEqual([
      0,
      expect.stringMatching(/is delivered: camt053_.*\nNothing is left to do\./),
    ]);
    // What it printed names the job, too, and so do the first characters of the key.
    const [readable = ""] = why.out.split(" is ");
    for (const name of [readable, key.slice(0, 8)])
      expect((await run(["jobs", "why", name], { cwd })).out).toBe(why.out);

    await run(["jobs", "list", "--html", "jobs.html"], { cwd });
    const page = readFileSync(join(cwd, "jobs.html"), "utf8");
    expect(page).toContain(key);
    expect(page).not.toMatch(/<script|https?:\/\/|<link|<img/);

    const resumed = await run(["resume", key, "--to", "again"], { cwd, env });
    expect([resumed.code, resumed.out.trimEnd()]).toEqual([0, expect.stringMatching(/^again\/circle\/treasury\//)]);

    const refused = await run(["jobs", "forget", key], { cwd });
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("To forget it, add --yes.")]);
    expect((await run(["jobs", "forget", key, "--yes"], { cwd })).code).toBe(0);
    expect(jsonLines((await run(["jobs", "list", "--json"], { cwd })).out).length).toBe(2);
    const pruned = await run(["jobs", "prune", "--ended-before", "1s"], { cwd, now: Date.now() + 3_600_000 });
    expect([pruned.code, pruned.out]).toEqual([0, "Removed: 2\n"]);
  });

  it.each([
    [["jobs", "show", "no-such-key", "--journal", "."], 2, 'The journal has no job "no-such-key".'],
    [["jobs", "show", "0a1b2c", "--journal", "."], 2, 'The journal has no job "0a1b2c".'],
    [["jobs", "why", "rk1.x", "--journal", "."], 2, "The bookmark: expected a bookmark of a report job"],
    [["jobs", "list"], 2, "There is no journal at .reports yet.\nreport-kit run and get make it."],
    [["jobs", "prune"], 2, "--ended-before is missing"],
    [["jobs", "list", "--phase", "redy"], 2, "Did you mean ready?"],
    [["resume", "no-such-key"], 2, "report-kit jobs list has the keys"],
    [
      ["resume", `rk1.${btoa('["circle/treasury","k",0,{}]')}`],
      2,
      'The job is of the source "circle/treasury". No source has',
    ],
    [["resume", "rk1.WyJjaXJjbGUvdHJlY"], 2, "got damaged text. Nothing was sent."],
    [["run"], 2, "There is no report-kit.config.yaml here.\nreport-kit init writes one"],
    [["doctor", "--config", "other.yaml"], 2, "There is no other.yaml here."],
    [["doctor", "--yes"], 2, "--yes goes with --fix."],
    [["plan", "circle", "--horizon", "x"], 2, "--horizon: expected a time such as"],
    [["init", "circel"], 2, "Expected circle or begateway or monato or mercadopago. Did you mean circle?"],
    [["demo", "monat"], 2, "Did you mean monato?"],
    [["completion", "tcsh"], 2, "Allowed choices are zsh, bash, fish, powershell"],
    [["sandbox", "--port", "abc"], 2, "Expected a whole number from 0."],
    [["webhook", "--port", "x"], 2, "Expected a whole number from 0."],
    [["doctro"], 2, "Did you mean doctor?"],
    [["resume"], 2, "missing required argument 'bookmark'\nAdd --help"],
    [["jobs", "prune"], 2, "--ended-before 400d"],
    [["missing", "--jornal", "x"], 2, "unknown option '--jornal'\n(Did you mean --journal?)"],
  ])("%j is refused, and the error has what to do", async (args, code, text) => {
    const result = await run(args);
    expect([result.code, result.out]).toEqual([code, ""]);
    expect(result.err).toContain(text);
  });

  it("finds what is wrong before the night: credentials, a clock, a missing configuration of Mercado Pago", async () => {
    const own = await startSandbox({ mercadopagoConfigured: false, readyAfterMs: 0, seed: "doctor" });
    try {
      const cwd = directoryWith(nights);
      const env = { ...reaching(own), CIRCLE_API_KEY: "SAND_API_KEY:wrong:hunter2" };
      const { code, out } = await run(["doctor"], { cwd, env, now: Date.now() + 600_000 });
      expect(code).toBe(77);
      expect(out).toMatch(/bad {2}treasury, credentials: .* answers HTTP 401/);
      expect(out).toMatch(/bad {2}psp, clock: this machine is 6\d\d s ahead of the API/);
      expect(out).toMatch(/bad {2}shop, settlement reports: they have no configuration/);
      expect(out).toContain("ok   journal: .reports is not there yet; the first run makes it");
      expect(readdirSync(cwd)).toEqual(["report-kit.config.yaml"]);
      // What follows from the refused credentials is left out.
      expect(out).not.toContain("can't be read");
      expect(out).not.toContain("hunter2");
      expect(own.made()).toBe(0);

      const only = ["--only", "shop"];
      const posts = () =>
        own.requests
          .filter(({ method, path }) => method === "POST" && path.endsWith("_report/config"))
          .map(({ path, body }) => ({ path, body }));
      const shown = await run(["doctor", "--fix", ...only], { cwd, env });
      expect([shown.code, posts()]).toEqual([1, []]);
      const [, body = ""] =
        /--fix --yes sends POST \/v1\/account\/settlement_report\/config (.*)/.exec(shown.out) ?? [];
      const made = await run(["doctor", "--fix", "--yes", ...only], { cwd, env });
      expect([made.code, made.out]).toEqual([
        0,
        expect.stringContaining("ok   shop, release reports: their configuration is made"),
      ]);
      const paths = ["settlement", "release"].map((family) => `/v1/account/${family}_report/config`);
      expect(posts().map(({ path }) => path)).toEqual(paths);
      // What was shown is what was sent.
      expect(posts()[0]?.body).toEqual(JSON.parse(body));
      expect((await run(["run", ...only, "--json"], { cwd, env, now })).code).toBe(0);
      expect((await run(["doctor", "--fix", "--yes", ...only], { cwd, env })).code).toBe(0);
      expect([posts().length, own.violations]).toEqual([2, []]);
    } finally {
      await own.close();
    }
  });

  it.each([
    [400, { error: "config_not_found_for_user", status: 404 }, "they have no configuration"],
    [404, { error: "config_not_found_for_user", status: 404 }, "they have no configuration"],
    [400, { error: "bad_request", status: 400 }, "their configuration can't be read: HTTP 400"],
    [503, {}, "their configuration can't be read: HTTP 503"],
  ])("doctor takes HTTP %d with %j for %s", async (status, body, message) => {
    const client = createMercadopagoClient({
      accessToken: "APP_USR-1",
      fetch: () => Promise.resolve(Response.json(body, { status })),
    });
    const how = { fix: "none", signal: new AbortController().signal } as const;
    expect((await checkConfiguration("settlement", client, how)).check).toMatchObject({
      ok: false,
      message: expect.stringContaining(message),
    });
  });

  it("missing lists the other series where the account of one is not known, and ends with the worst code", async () => {
    const { BEGATEWAY_PSP_ID: _none, ...env } = reaching(sandbox);
    const { code, out, err } = await run(["missing"], { cwd: directoryWith(nights), env, now });
    expect(code).toBe(77);
    expect(err).toContain("psp/balance_records: eComCharge beGateway: BEGATEWAY_PSP_ID is not set in the environment.");
    for (const name of ["treasury/camt053", "payins", "shop/release"]) expect(out).toContain(`${name} `);
  });

  it("init writes a configuration that doctor and missing take, and never writes over one", async () => {
    const cwd = emptyDirectory();
    expect((await run(["init"], { cwd })).code).toBe(0);
    expect((await run(["doctor"], { cwd, env: reaching(sandbox) })).code).toBe(0);
    expect((await run(["missing"], { cwd, env: reaching(sandbox) })).code).toBe(75);
    expect(await run(["init"], { cwd })).toMatchObject({
      code: 2,
      err: expect.stringContaining("is there already, and was left as it is."),
    });
    // The bar: the nightly set of all providers.
    expect(
      configText(["circle", "begateway", "monato", "mercadopago"], "2026-11-01").trimEnd().split("\n").length - 1,
    ).toBeLessThanOrEqual(18);
  });

  it("plan has the looks to come, without credentials, and sends nothing", async () => {
    const { code, out, err } = await run(["plan", "circle", "--report-type", "camt053", "--date", "yesterday"], {
      now: Date.parse("2026-11-20T00:30:00Z"),
    });
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n")[1]).toMatch(/^2026-11-20 02:0\d:\d\d .*documented ready time/);
  });
});
