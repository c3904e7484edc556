import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { emptyDirectory, run, start } from "./cli.ts";

it("demo fetches a verified report of each provider without an account, and says what to do next", async () => {
  const cwd = emptyDirectory();
  const { code, out, err } = await start(["demo", "--to", "demo"], { cwd }).ended;
  expect(code).toBe(0);
  expect(out.trimEnd().split("\n").length).toBe(4);
  expect(readdirSync(join(cwd, "demo/reports")).toSorted()).toEqual([
    "begateway",
    "circle",
    "mercadopago-settlement",
    "monato",
  ]);
  expect(err).toContain("report-kit init");
});

it("demo ends at 00:30 UTC as at noon, before Circle's report of yesterday is documented to be ready", async () => {
  const shifted = new URL("shifted-clock.mjs", import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${shifted}`, REPORT_KIT_TEST_NOW: "2026-11-29T00:30:00Z" };
  const { code, out } = await start(["demo", "circle", "--json"], { env }).ended;
  expect(code).toBe(0);
  expect(out).toContain('"name":"camt053_2026-11-27_report.xml"');
});

it("get --sandbox fetches one report of a sandbox of its own", async () => {
  const { code, out } = await run([
    "get",
    "mercadopago",
    "--sandbox",
    "--report-type",
    "release",
    "--begin-date",
    "-3d",
    "--end-date",
    "-2d",
    "--time-zone",
    "America/Sao_Paulo",
  ]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^reports\/mercadopago-release\/main\/.*\n$/)]);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "sandbox prints variables to reach it, and ends with 0 at %s",
  async (signal) => {
    const sandbox = start(["sandbox", "--seed", "7"]);
    await sandbox.until("Press Ctrl+C");
    sandbox.kill(signal);
    const { code, out } = await sandbox.ended;
    expect([code, out]).toEqual([0, expect.stringContaining("MERCADOPAGO_ACCESS_TOKEN=")]);
  },
);
