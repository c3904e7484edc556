import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestName } from "@report-kit/http";
import {
  hostsField,
  memberFields,
  oneOf,
  presentMembers,
  requestFields,
} from "../../src/source-tools/request-fields.ts";

const known = ["reportType", "timeframe", "date", "clientEntityId", "allowPartial"];

describe("a member that is not known", () => {
  it.each([
    ["type", "camt053", ' (did you mean reportType?), got an unknown one with "camt053"'],
    ["report_type", 1, " (did you mean reportType?), got an unknown one with 1"],
    ["Date", "1", ' (did you mean date?), got an unknown one with "1"'],
    ["timeFrame", null, " (did you mean timeframe?), got an unknown one with null"],
    ["clientEntityID", [], " (did you mean clientEntityId?), got an unknown one with an array"],
    ["allowpartial", true, " (did you mean allowPartial?), got an unknown one with true"],
    ["zone", undefined, "clientEntityId, allowPartial, got an unknown one with nothing"],
  ])("%s is refused with the nearest known name, and the kind of value that came", (name, value, end) => {
    expect(() => requestFields({ [name]: value }, known)).toThrow(
      expect.objectContaining({ field: `request.${name}`, message: expect.stringContaining(end) }),
    );
  });

  it("of any length is refused in few words", () => {
    const name = "x".repeat(1_000_000);
    expect(() => memberFields("request", { [name]: name }, known)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,400}$/) }),
    );
  });
});

describe("the nearest name", () => {
  it("is the name itself, whatever its case and separators, or with one letter wrong", () => {
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom("x", ""), (name, at, letter) => {
        const place = at % name.length;
        expect(nearestName(name.toUpperCase(), known)).toBe(name);
        expect(nearestName(name.slice(0, place) + letter + name.slice(place + 1), known)).toBe(name);
      }),
      { seed: 20261128 },
    );
  });

  it("is none for what is like none of them", () => {
    for (const name of ["", "x", "user", "constructor", "__proto__"]) {
      expect(nearestName(name, known)).toBeUndefined();
    }
    expect(nearestName("date", [])).toBeUndefined();
  });
});

it("a value that is not allowed is refused with the nearest that is", () => {
  expect(() => oneOf("request.format", "CSV", ["csv", "xlsx"])).toThrow(
    '"csv" or "xlsx" (did you mean "csv"?), got "CSV"',
  );
  expect(() => oneOf("request.format", 7, ["csv", "xlsx"])).toThrow('request.format: expected "csv" or "xlsx", got 7.');
});

it("hosts are a list of names, and of nothing else", () => {
  expect(hostsField("linkHosts", undefined)).toEqual([]);
  expect(hostsField("linkHosts", ["files.example.com", "*.example.com", "s3.*.example.com"])).toHaveLength(3);
  for (const [hosts, field] of [
    ["files.example.com", "linkHosts"],
    [["https://files.example.com/"], "linkHosts[0]"],
    [["a.example", 7], "linkHosts[1]"],
    [["a b"], "linkHosts[0]"],
    [[""], "linkHosts[0]"],
  ] as const) {
    expect(() => hostsField("linkHosts", hosts)).toThrow(expect.objectContaining({ field }));
  }
});

it("what is absent is no member of a normalised request", () => {
  expect(Object.keys(presentMembers({ a: 1, b: undefined, c: null, d: false }))).toEqual(["a", "c", "d"]);
});
