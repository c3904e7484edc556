import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  calendarDay,
  dayAfter,
  dayNotAhead,
  daysBetween,
  lastDayOf,
  monthNotAhead,
  startOfDay,
  timeZoneField,
} from "../../src/source/calendar.ts";

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

  it("may be today anywhere on earth, and not later than that", () => {
    expect(dayNotAhead("date", "2026-11-21", noon)).toBe("2026-11-21"); // 02:00 in Kiribati
    expect(() => dayNotAhead("date", "2026-11-22", noon)).toThrow(field("date"));
    expect(() => dayNotAhead("date", "2026-11-21", noon - 3 * 3_600_000)).toThrow(field("date"));
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

describe("a month", () => {
  it("is one, whether written as itself or as any day of it", () => {
    expect(monthNotAhead("date", "2026-10", noon)).toBe("2026-10");
    expect(monthNotAhead("date", "2026-10-31", noon)).toBe("2026-10");
    expect(() => monthNotAhead("date", "2026-10-32", noon)).toThrow(field("date"));
    expect(() => monthNotAhead("date", "2026-12", noon)).toThrow(field("date"));
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
  it("is one the platform knows, by its name", () => {
    expect(timeZoneField("zone", "America/Mexico_City")).toBe("America/Mexico_City");
    for (const zone of ["Mars/Olympus", "+03:00", "", "UTC;DROP", 3, null]) {
      expect(() => timeZoneField("zone", zone)).toThrow(field("zone"));
    }
  });
});
