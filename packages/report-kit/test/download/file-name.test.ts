import { describe, expect, it } from "vitest";
import type { ReadyReport } from "../../src/download/index.ts";
import { nameFile } from "../../src/download/name/file-name.ts";

const key = "5f0c8a52-9d3e-8b41-a7c6-0d9e8f7a6b5c";
const day = { from: "2026-11-19", to: "2026-11-19" };
const week = { from: "2026-11-16", to: "2026-11-22" };
const month = { from: "2026-02-01", to: "2026-02-28" };

function named(
  fileName: string | undefined,
  period: ReadyReport["period"],
  delivery?: ReadyReport["delivery"],
): string {
  const report = { key, reportType: "settlement", fileName, expects: undefined, period, delivery };
  return nameFile(report, "text", { link: undefined, names: [], mediaTypes: [] }).name;
}

describe("a file's name has the period in it", () => {
  it.each([
    [
      "at the front, where the provider's name has the day on which it was made",
      day,
      "settlement-report-1-2026-11-20.csv",
      "2026-11-19_settlement-report-1-2026-11-20.csv",
    ],
    ["at the front, where the provider gives no name", day, undefined, "2026-11-19_settlement-5f0c8a52.csv"],
    ["by both days of a longer period", week, "settlement.csv", "2026-11-16_2026-11-22_settlement.csv"],
    ["by its month, where it is one", month, "settlement.csv", "2026-02_settlement.csv"],
    ["as it is, where the provider's name has the day", day, "camt053_2026-11-19.csv", "camt053_2026-11-19.csv"],
    [
      "as it is, where the day has no dashes",
      day,
      "transactions_daily_20261119.csv",
      "transactions_daily_20261119.csv",
    ],
    ["as it is, where a time follows the day", day, "balance_202611190000.csv", "balance_202611190000.csv"],
    [
      "as it is, where the month has no dash",
      month,
      "statement_1234567890_202602.csv",
      "statement_1234567890_202602.csv",
    ],
    ["as it is, where the name has both days of the month", month, "20260201-20260228.csv", "20260201-20260228.csv"],
    [
      "at the front, where only the first of its days is there",
      week,
      "from-2026-11-16.csv",
      "2026-11-16_2026-11-22_from-2026-11-16.csv",
    ],
    [
      "at the front, where the digits are inside a longer number",
      day,
      "account-120261119.csv",
      "2026-11-19_account-120261119.csv",
    ],
    [
      "at the front, where a day of the month is there, and not the month",
      month,
      "made-2026-02-03.csv",
      "2026-02_made-2026-02-03.csv",
    ],
    ["not at all, where the source names none", undefined, "settlement.csv", "settlement.csv"],
  ])("%s", (_how, period, given, name) => {
    expect(named(given, period)).toBe(name);
    expect(named(name, period)).toBe(name);
  });

  it("and stays within what a file system takes", () => {
    const name = named(`${"x".repeat(400)}.csv`, week);
    expect(name.length).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^2026-11-16_2026-11-22_x+\.csv$/);
  });
});

it("a report that is delivered again has the delivery in its name, so that it lies beside the earlier file", () => {
  const earlier = { deliveryId: `${key}.1`, sha256: "5f" };
  expect(named("a.csv", day, { id: `${key}.1` })).toBe("2026-11-19_a.csv");
  expect(named("a.csv", day, { id: `${key}.2`, earlier })).toBe("2026-11-19_a_5f0c8a52-2.csv");
  expect(named("a", undefined, { id: `${key}.12`, earlier })).toBe("a_5f0c8a52-12");
});
