import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  calendarDay,
  dayAfter,
  daysBetween,
  endedDay,
  endedMonth,
  lastDayOf,
  startOfDay,
  timeZoneField,
} from "../../src/source-tools/calendar.ts";

const noon = Date.parse("2026-11-20T12:00:00Z");
const field = (name: string): unknown => expect.objectContaining({ name: "ReportRequestError", field: name });

describe("a calendar day", () => {
  it.each([
    "2026-02-30",
    "2026-13-01",
    "2026-00-10",
    "2025-02-29",
    "2026-1-1",
    "20261119",
    "2026-11-19T00:00:00Z",
    "",
    20261119,
    null,
    new Date(0),
  ])("is refused when it does not exist or is spelt otherwise: %j", (value) => {
    expect(() => calendarDay("request.date", value)).toThrow(field("request.date"));
  });

  it("is of the years that can be counted in every zone", () => {
    for (const day of ["1969-12-31", "0001-01-01", "9999-01-01", "9999-12-31"]) {
      expect(() => calendarDay("date", day)).toThrow(field("date"));
    }
    expect(calendarDay("date", "1970-01-01")).toBe("1970-01-01");
    expect(startOfDay("1970-01-01", "Asia/Tokyo")).toBe(-9 * 3_600_000);
    expect(startOfDay(dayAfter("9998-12-31"), "America/Santiago")).toBeGreaterThan(0);
  });

  it("is followed by the next, over months, years and leap days", () => {
    expect([dayAfter("2026-02-28"), dayAfter("2024-02-28"), dayAfter("2026-12-31")]).toEqual([
      "2026-03-01",
      "2024-02-29",
      "2027-01-01",
    ]);
    expect(daysBetween("2026-01-01", "2026-03-01")).toBe(60);
    expect(daysBetween("2026-11-19", "2026-11-19")).toBe(1);
  });
});

describe("a period that is asked for", () => {
  const limits = (timeZone: string | undefined, now: string | number, allowPartial?: boolean) => ({
    now: typeof now === "string" ? Date.parse(now) : now,
    timeZone,
    allowPartial,
  });
  const zones = [
    "UTC",
    "America/Mexico_City",
    "America/Santiago",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Pacific/Niue",
  ];

  it("has ended in its zone, to the millisecond", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date("2015-01-01"), max: new Date("2030-12-31"), noInvalidDate: true }),
        (zone, date) => {
          const day = date.toISOString().slice(0, 10);
          const ends = startOfDay(dayAfter(day), zone);
          expect(endedDay("date", day, limits(zone, ends))).toBe(day);
          expect(() => endedDay("date", day, limits(zone, ends - 1))).toThrow(field("date"));
          const month = day.slice(0, 7);
          const monthEnds = startOfDay(dayAfter(lastDayOf(month)), zone);
          expect(endedMonth("date", day, limits(zone, monthEnds))).toBe(month);
          expect(() => endedMonth("date", day, limits(zone, monthEnds - 1))).toThrow(field("date"));
        },
      ),
      { seed: 20261128, numRuns: 200 },
    );
  });

  it("has ended everywhere where the zone is not known", () => {
    expect(endedDay("date", "2026-11-19", limits(undefined, noon))).toBe("2026-11-19");
    expect(() => endedDay("date", "2026-11-19", limits(undefined, noon - 1))).toThrow(
      "date: expected a day that has ended everywhere (the account's time zone is not known here), as this one will have at 2026-11-20T12:00:00.000Z; allowPartial: true asks for what there is so far",
    );
  });

  it("has begun where a part of it will do", () => {
    const zone = "America/Mexico_City";
    expect(endedDay("date", "2026-11-20", limits(zone, "2026-11-20T06:00:00Z", true))).toBe("2026-11-20");
    expect(() => endedDay("date", "2026-11-20", limits(zone, "2026-11-20T05:59:59Z", true))).toThrow(
      "a day that has begun, as this one will have at 2026-11-20T06:00:00.000Z",
    );
    expect(endedMonth("date", "2026-11", limits(zone, noon, true))).toBe("2026-11");
    expect(() => endedMonth("date", "2026-12", limits(zone, noon, true))).toThrow(field("date"));
    expect(endedDay("date", "2026-11-21", limits(undefined, "2026-11-20T10:00:00Z", true))).toBe("2026-11-21");
    expect(() => endedDay("date", "2026-11-21", limits(undefined, "2026-11-20T09:59:59Z", true))).toThrow(
      field("date"),
    );
  });

  it("that lies in the future, or whose source has no such option, is refused without a word of parts", () => {
    expect(() => endedDay("date", "2026-11-20", limits("UTC", noon, false))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("allowPartial") }),
    );
    expect(() => endedDay("date", "2027-01-01", limits("UTC", noon))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("allowPartial") }),
    );
  });
});

describe("a month", () => {
  it("is one, whether written as itself or as any day of it", () => {
    const limits = { now: noon, timeZone: "UTC", allowPartial: false };
    expect(endedMonth("date", "2026-10", limits)).toBe("2026-10");
    expect(endedMonth("date", "2026-10-31", limits)).toBe("2026-10");
    expect(() => endedMonth("date", "2026-10-32", limits)).toThrow(field("date"));
  });

  it("ends on its last day", () => {
    expect(["2026-02", "2024-02", "2026-12", "2026-04"].map(lastDayOf)).toEqual([
      "2026-02-28",
      "2024-02-29",
      "2026-12-31",
      "2026-04-30",
    ]);
  });
});

describe("the start of a day in a zone", () => {
  const at = (day: string, zone: string): string => new Date(startOfDay(day, zone)).toISOString();

  it("is midnight there", () => {
    expect(at("2026-11-19", "UTC")).toBe("2026-11-19T00:00:00.000Z");
    expect(at("2022-08-01", "America/Argentina/Buenos_Aires")).toBe("2022-08-01T03:00:00.000Z");
    expect(at("2026-06-01", "Pacific/Kiritimati")).toBe("2026-05-31T10:00:00.000Z");
    expect(at("2026-06-01", "Asia/Kathmandu")).toBe("2026-05-31T18:15:00.000Z");
  });

  it("is the first instant of the day where the clocks jump over midnight", () => {
    // Santiago goes from 24:00 to 01:00 on the first Sunday of September.
    expect(at("2026-09-06", "America/Santiago")).toBe("2026-09-06T04:00:00.000Z");
    expect(at("2018-11-04", "America/Sao_Paulo")).toBe("2018-11-04T03:00:00.000Z");
  });

  it("is the one midnight of a day before whose beginning the clocks go back", () => {
    // Santiago goes from 24:00 back to 23:00 on the first Saturday of April: that Sunday begins once.
    expect(at("2026-04-05", "America/Santiago")).toBe("2026-04-05T04:00:00.000Z");
  });

  it("comes 23 to 25 hours before the next, in every zone, and is on that day", () => {
    const zones = [
      "America/Santiago",
      "America/Sao_Paulo",
      "America/Mexico_City",
      "Europe/London",
      "Africa/Cairo",
      "Asia/Beirut",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date("2015-01-01"), max: new Date("2030-12-31"), noInvalidDate: true }),
        (zone, date) => {
          const day = date.toISOString().slice(0, 10);
          const start = startOfDay(day, zone);
          const hours = (startOfDay(dayAfter(day), zone) - start) / 3_600_000;
          expect(hours).toBeGreaterThanOrEqual(23);
          expect(hours).toBeLessThanOrEqual(25);
          const local = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
          expect([local.format(start - 1), local.format(start)].map((text) => text === day)).toEqual([false, true]);
        },
      ),
      { seed: 20261121, numRuns: 300 },
    );
  });
});

describe("a time zone", () => {
  it("is one the platform knows, by the name that was given", () => {
    for (const zone of ["America/Mexico_City", "America/Argentina/Buenos_Aires", "asia/kolkata"]) {
      expect(timeZoneField("zone", zone)).toBe(zone);
    }
    for (const zone of ["Mars/Olympus", "+03:00", "", "UTC;DROP", 3, null]) {
      expect(() => timeZoneField("zone", zone)).toThrow(field("zone"));
    }
  });
});
