import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHttpDate, parseRetryAfter } from "../src/index.ts";

const now = Date.parse("2026-11-21T12:00:00Z");

describe("parseHttpDate", () => {
  it.each([
    ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
    ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"],
    ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"],
    ["Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"],
    ["Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00Z"],
    ["Mon, 21 Nov 2076 12:00:00 GMT", "2076-11-21T12:00:00Z"],
    ["Saturday, 21-Nov-76 12:00:00 GMT", "2076-11-21T12:00:00Z"],
    ["Saturday, 21-Nov-76 12:00:01 GMT", "1976-11-21T12:00:01Z"],
    ["Friday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00Z"],
    ["Friday, 01-Jan-00 00:00:00 GMT", "2000-01-01T00:00:00Z"],
  ])("reads %s", (text, expected) => {
    expect(parseHttpDate(text, now)).toBe(Date.parse(expected));
  });

  it.each([
    "",
    "2026-11-21T12:00:00Z",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Wed, 30 Feb 2022 00:00:00 GMT",
    "Wed, 29 Feb 2023 00:00:00 GMT",
    "Wed, 00 Mar 2022 00:00:00 GMT",
    "Wed, 01 Foo 2022 00:00:00 GMT",
    "Wed, 01 Mar 2022 24:00:00 GMT",
    "Wed, 01 Mar 2022 00:60:00 GMT",
    "Wed, 01 Mar 2022 00:00:61 GMT",
    "sun, 06 nov 1994 08:49:37 gmt",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
  ])("does not read %j", (text) => {
    expect(parseHttpDate(text, now)).toBeUndefined();
  });

  it("reads every instant back from each of its three forms", () => {
    const names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    fc.assert(
      fc.property(fc.integer({ min: now - 49 * 31_536_000_000, max: now + 49 * 31_536_000_000 }), (ms) => {
        const at = Math.floor(ms / 1000) * 1000;
        const date = new Date(at);
        const imf = date.toUTCString();
        const [, day, month, year, time] = imf.split(/,? /);
        const rfc850 = `${names[date.getUTCDay()]}, ${day}-${month}-${year?.slice(2)} ${time} GMT`;
        const asctime = `${imf.slice(0, 3)} ${month} ${day?.replace(/^0/, " ")} ${time} ${year}`;
        expect([imf, rfc850, asctime].map((text) => parseHttpDate(text, now))).toEqual([at, at, at]);
      }),
      { seed: 2026, numRuns: 2000 },
    );
  });
});

describe("parseRetryAfter", () => {
  it.each([
    ["0", 0],
    ["120", 120_000],
    [" 7 ", 7000],
    ["2147484", 2_147_484_000],
    ["99999999999", 99_999_999_999_000],
    ["9".repeat(400), Infinity],
    ["Sat, 21 Nov 2026 12:00:30 GMT", 30_000],
    ["Sat, 21 Nov 2026 11:00:00 GMT", 0],
    ["Mon, 21 Nov 2050 12:00:00 GMT", Date.parse("2050-11-21T12:00:00Z") - now],
  ])("reads %s", (header, expected) => {
    expect(parseRetryAfter(header, { now })).toBe(expected);
  });

  it.each([null, undefined, "", " ", "-1", "+1", "1.5", "1e3", "0x10", "soon", "1, 2", "Infinity", "NaN", "1 s", "٣"])(
    "takes %j for nothing",
    (header) => {
      expect(parseRetryAfter(header, { now })).toBeUndefined();
    },
  );

  it("measures a date against the answer's own Date, whatever our clock says", () => {
    const date = "Sat, 21 Nov 2026 15:00:00 GMT";
    expect(parseRetryAfter("Sat, 21 Nov 2026 15:01:00 GMT", { now, date })).toBe(60_000);
    expect(parseRetryAfter("Sat, 21 Nov 2026 15:01:00 GMT", { now, date: "garbage" })).toBe(3 * 3_600_000 + 60_000);
    expect(parseRetryAfter("30", { now, date })).toBe(30_000);
  });

  it("is a number from 0 up, or nothing, for any header at all", () => {
    const header = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[\d\s,.:GMT-]{0,30}$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(header, fc.option(header), (text, date) => {
        const waitMs = parseRetryAfter(text, { now, date });
        expect(waitMs === undefined || waitMs >= 0).toBe(true);
      }),
      { seed: 2026, numRuns: 5000 },
    );
  });
});
