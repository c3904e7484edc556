import { existsSync, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox } from "@report-kit/sandbox";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { emptyDirectory, reaching, run, start } from "./cli.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ readyAfterMs: 0 });
});
afterAll(() => sandbox.close());

const camt = ["get", "circle", "--report-type", "camt053", "--date"];

describe("report-kit get", () => {
  it.each([
    ["circle", ["--report-type", "camt053", "--date", "2026-11-19"], "circle/main/"],
    [
      "circle",
      ["--report-type", "managed_payin_transactions", "--timeframe", "daily", "--date", "2026-11-19"],
      "circle/main/",
    ],
    [
      "begateway",
      [
        "--format",
        "csv",
        "--user-id",
        "1098",
        "--currency",
        "EUR",
        "--date-from",
        "2026-11-18",
        "--date-to",
        "2026-11-19",
        "--time-zone",
        "Europe/Minsk",
      ],
      "begateway/",
    ],
    ["monato", ["--report-type", "MONTHLY", "--operation-date", "2026-10"], "monato/"],
    [
      "mercadopago",
      [
        "--report-type",
        "settlement",
        "--begin-date",
        "2026-11-18",
        "--end-date",
        "2026-11-19",
        "--time-zone",
        "America/Sao_Paulo",
      ],
      "mercadopago-settlement/main/",
    ],
    [
      "mercadopago",
      [
        "--report-type",
        "release",
        "--begin-date",
        "2026-11-18",
        "--end-date",
        "2026-11-19",
        "--time-zone",
        "America/Sao_Paulo",
      ],
      "mercadopago-release/main/",
    ],
  ])("writes the path of a report of %s %j, and leaves the verified file there", async (source, args, folder) => {
    const cwd = emptyDirectory();
    const { code, out, err } = await run(["get", source, ...args, "--to", "files"], { cwd, env: reaching(sandbox) });
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/ready after \d+ request/) });
    const path = out.trimEnd();
    expect(path.startsWith(join("files", folder))).toBe(true);
    const sha256 = createHash("sha256")
      .update(readFileSync(join(cwd, path)))
      .digest("hex");
    expect(err).toContain(`sha256 ${sha256}`);
  });

  it("asks for the whole days of the zone, by the instants at which they begin and end there", async () => {
    const seen = sandbox.requests.length;
    const args = [
      "--format",
      "csv",
      "--user-id",
      "7",
      "--currency",
      "USD",
      "--date-from",
      "2026-11-01",
      "--date-to",
      "2026-11-01",
    ];
    await run(["get", "begateway", ...args, "--time-zone", "America/New_York"], { env: reaching(sandbox) });
    const body = sandbox.requests.slice(seen).find(({ method }) => method === "POST")?.body as {
      request_params: object;
    }; // the sandbox checked it
    // The clocks went back that night: a day of 25 hours.
    expect(body.request_params).toEqual({
      currency: "USD",
      date_from: "2026-11-01T04:00:00+00:00",
      date_to: "2026-11-02T04:59:59+00:00",
    });
  });

  it("makes no second report when it runs again, and says that the file lay there", async () => {
    const cwd = emptyDirectory();
    const made = sandbox.made("circle");
    const args = [...camt, "2026-11-17"];
    await run(args, { cwd, env: reaching(sandbox) });
    const again = await run(args, { cwd, env: reaching(sandbox) });
    expect([again.code, sandbox.made("circle") - made]).toEqual([0, 1]);
    expect(again.err).toContain("The same file lay there already.");
  });

  it.each([
    ["yesterday", "2026-11-19T12:00:00Z", "2026-11-18"],
    ["-3d", "2026-11-19T12:00:00Z", "2026-11-16"],
    ["yesterday", "2026-11-19T00:00:01Z", "2026-11-18"],
  ])("takes --date %s at %s for the day %s, in UTC", async (word, now, day) => {
    const seen = sandbox.requests.length;
    const { code } = await run([...camt, word], { env: reaching(sandbox), now: Date.parse(now) });
    expect([code, sandbox.requests[seen]?.body]).toEqual([0, { reportType: "camt053", date: day }]);
  });

  it("takes last-month at Monato for the month before this one in Mexico City, which is hours behind UTC", async () => {
    const seen = sandbox.requests.length;
    const args = ["get", "monato", "--report-type", "MONTHLY", "--operation-date", "last-month"];
    await run(args, { env: reaching(sandbox), now: Date.parse("2026-11-01T05:00:00Z") });
    const looks = sandbox.requests
      .slice(seen)
      .flatMap(({ body }) => (body as { operation_date?: string } | undefined)?.operation_date ?? []); // the sandbox checked it
    expect(looks[0]).toBe("2026-09-30");
  });

  it("writes JSON lines with --json, and nothing else", async () => {
    const { code, out, err } = await run([...camt, "2026-11-16", "--json"], { env: reaching(sandbox) });
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line): { line: string } => JSON.parse(line));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(lines.at(-1)).toMatchObject({
      line: "report",
      source: "circle/main",
      reportType: "camt053",
      existed: false,
    });
    expect(new Set(lines.slice(0, -1).map(({ line }) => line))).toEqual(new Set(["event"]));
  });

  it("keeps one progress line on a terminal, no wider than the terminal", async () => {
    const { err } = await run([...camt, "2026-11-15"], { env: reaching(sandbox), columns: 50 });
    const drawn = err.split(/[\r\n]/).map((text) => text.replaceAll("\u001B[K", ""));
    const lines = drawn.filter((text) => text.startsWith("circle/main camt053: "));
    expect(lines.length).toBeGreaterThan(0);
    for (const text of lines) expect(text.length).toBeLessThan(50);
    expect(err.replaceAll("\u001B[K", "")).not.toContain("\u001B");
  });
});

describe("report-kit get refuses, and says what to do", () => {
  const noNetwork = { CIRCLE_API_KEY: "k", CIRCLE_BASE_URL: "http://127.0.0.1:9" };
  it.each<[string, readonly string[], number, readonly string[]]>([
    [
      "an unknown source",
      ["get", "cirle"],
      2,
      ['There is no source "cirle". Did you mean circle?', "The sources are circle, begateway, monato, mercadopago."],
    ],
    ["an unknown report type", ["get", "circle", "--report-type", "cam053"], 2, ["Did you mean camt053?", "--help"]],
    [
      "an unknown option",
      ["get", "circle", "--repot-type", "camt053"],
      2,
      ["unknown option '--repot-type'", "Did you mean --report-type?"],
    ],
    ["an unknown command", ["gett"], 2, ["unknown command 'gett'", "Did you mean get?"]],
    [
      "a word that is no date",
      [...camt, "yesterdy"],
      2,
      ['--date: expected YYYY-MM-DD, or yesterday, -7d, last-month; got "yesterdy". Did you mean yesterday?'],
    ],
    [
      "a day that does not exist",
      [...camt, "2026-02-30"],
      2,
      ['--date: expected a day that exists, from 1970 on, as YYYY-MM-DD, got "2026-02-30". Nothing was sent.'],
    ],
    [
      "a day that has not ended",
      [...camt, "today"],
      2,
      ["--date: expected a day that has ended in UTC", "--allow-partial asks for what there is so far"],
    ],
    [
      "a request without its date",
      ["get", "circle", "--report-type", "camt053"],
      2,
      ["--date: expected a day that exists", "got nothing"],
    ],
    [
      "a word of a zone that is not known",
      ["get", "circle", "--report-type", "managed_payin_transactions", "--timeframe", "daily", "--date", "yesterday"],
      2,
      ["--date yesterday: which day that is depends on a time zone", "--time-zone America/Argentina/Buenos_Aires"],
    ],
    [
      "a zone that does not exist",
      [...camt, "2026-11-19", "--time-zone", "Mars/Phobos"],
      2,
      ['--time-zone: expected an IANA time zone such as "America/Argentina/Buenos_Aires", got "Mars/Phobos".'],
    ],
    [
      "a last day before the first, by the names of the options",
      "get mercadopago --report-type settlement --time-zone America/Argentina/Buenos_Aires --begin-date 2026-11-10 --end-date 2026-11-09".split(
        " ",
      ),
      2,
      ["--end-date: expected a day not before --begin-date"],
    ],
    [
      "a deadline that is no time",
      [...camt, "2026-11-19", "--deadline", "soon"],
      2,
      ['--deadline: expected a time such as 90s, 30m, 3h or 2d; got "soon".'],
    ],
    ["a number that is none", ["get", "begateway", "--user-id", "x1"], 2, ["--user-id: expected a whole number"]],
    [
      "a journal's address with what may be a password",
      [...camt, "2026-11-19", "--journal", "postgres://a:hunter2@db/x"],
      2,
      ["postgres:DATABASE_URL"],
    ],
  ])("%s", async (_, args, code, texts) => {
    const env = {
      ...noNetwork,
      BEGATEWAY_PSP_ID: "1",
      BEGATEWAY_SECRET_KEY: "s",
      BEGATEWAY_BASE_URL: "http://127.0.0.1:9",
      MERCADOPAGO_ACCESS_TOKEN: "t",
    };
    const result = await run(args, { env });
    expect([result.code, result.out]).toEqual([code, ""]);
    for (const text of texts) expect(result.err).toContain(text);
    expect(result.err).not.toContain("hunter2");
  });

  it.each([
    ["circle", "CIRCLE_API_KEY is not set in the environment."],
    ["begateway", "BEGATEWAY_PSP_ID and BEGATEWAY_SECRET_KEY are not set in the environment."],
    ["monato", "MONATO_CLIENT_ID and MONATO_API_KEY are not set in the environment."],
    ["mercadopago", "MERCADOPAGO_ACCESS_TOKEN is not set in the environment."],
  ])("a missing credential of %s, by the variable's name", async (source, text) => {
    const { code, err } = await run(["get", source]);
    expect(code).toBe(77);
    expect(err).toContain(text);
    expect(err).toContain("never from arguments. Without an account: report-kit sandbox prints what to set.");
  });

  it.each([
    ["127.0.0.1:45100", "circle"],
    ["http://api.circle.com", "circle"],
    ["htp:/foo", "circle"],
  ])("an address in the environment that is none, by its variable: %s", async (address, source) => {
    const env = { ...reaching(sandbox), CIRCLE_BASE_URL: address };
    const { code, err } = await run(["get", source, "--report-type", "camt053", "--date", "2026-11-14"], { env });
    expect([code, err]).toEqual([2, expect.stringMatching(/^error: CIRCLE_BASE_URL: expected an? https? URL/i)]);
    expect(err).not.toContain("--base-url");
  });

  it("credentials that the provider does not accept, without showing them", async () => {
    const env = { ...reaching(sandbox), CIRCLE_API_KEY: "SAND_API_KEY:wrong:hunter2" };
    const { code, err } = await run([...camt, "2026-11-14"], { env });
    expect(code).toBe(77);
    expect(err).toContain("circle answered HTTP 401");
    expect(err).toContain("Correct CIRCLE_API_KEY in the environment");
    expect(err).not.toContain("hunter2");
  });

  it("an API without an address", async () => {
    const { code, err } = await run(["get", "begateway"], {
      env: { BEGATEWAY_PSP_ID: "1", BEGATEWAY_SECRET_KEY: "s" },
    });
    expect([code, err]).toEqual([2, expect.stringContaining("Set BEGATEWAY_BASE_URL to it")]);
  });

  it("a wrong option with --json as a JSON line", async () => {
    const { code, out, err } = await run(["get", "circle", "--json", "--nope"]);
    expect([code, err, JSON.parse(out)]).toEqual([
      2,
      "",
      { line: "error", exit: 2, code: "bad-input", message: "unknown option '--nope'" },
    ]);
  });
});

describe("report-kit get that does not get its report now", () => {
  it("ends with 75 and the bookmark at its deadline", async () => {
    const late = await startSandbox({ readyAfterMs: 3_600_000 });
    try {
      const { code, err } = await run([...camt, "2026-11-19", "--deadline", "1s"], { env: reaching(late) });
      expect(code).toBe(75);
      expect(err).toMatch(/was not ready within 1 s/);
      expect(err).toContain("Run the same command again: it continues. --deadline 12h waits longer.");
      expect(err).toMatch(/bookmark: +rk1\./);
      expect(err).not.toContain("kit.resume");
    } finally {
      await late.close();
    }
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends at once at %s, with the bookmark, and the next run continues", async (signal, code) => {
    const late = await startSandbox({ readyAfterMs: 1_000 });
    try {
      const cwd = emptyDirectory();
      const env = reaching(late);
      const first = start([...camt, "2026-11-19"], { env, cwd });
      await first.until("waiting until");
      first.kill(signal);
      const ended = await first.ended;
      expect([ended.code, ended.out]).toEqual([code, ""]);
      expect(ended.err).toMatch(/bookmark: +rk1\./);
      expect(ended.err).toContain("Nothing is lost");

      const second = await run([...camt, "2026-11-19"], { env, cwd });
      expect([second.code, late.made("circle")]).toEqual([0, 1]);
      expect(existsSync(join(cwd, second.out.trimEnd()))).toBe(true);
    } finally {
      await late.close();
    }
  });
});
