import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { writeLines } from "../src/terminal.ts";
import { run } from "./cli.ts";

function written(text: string, columns: number): readonly string[] {
  let all = "";
  writeLines({ isTTY: true, columns, write: (part: string) => (all += part) }, text);
  return all.trimEnd().split("\n");
}

it("a terminal's lines break between words, indented, and colours take no room", () => {
  expect(written("one two three four", 9)).toEqual(["one two", "  three", "  four"]);
  expect(written("  \u001B[31mone\u001B[39m two", 9)).toEqual(["  \u001B[31mone\u001B[39m two"]);
  expect(written("a  b", 4)).toEqual(["a  b"]);
  expect(written("key: 0123456789abcdef", 8)).toEqual(["key:", "  0123456789abcdef"]);
});

it.each([80, 120])("an error on a terminal of %d columns has no line that is broken in a word", async (columns) => {
  const { err } = await run(["get", "circle", "--report-type", "camt053", "--date", "-2d"], { columns, colours: true });
  const lines = stripVTControlCharacters(err).trimEnd().split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines.join(" ").replaceAll(/ +/g, " ")).toContain("report-kit sandbox prints what to set.");
});

it("a wrong choice on a terminal of 80 columns is named in lines that are broken between words", async () => {
  const { code, err } = await run(["demo", "monat"], { columns: 80 });
  expect(code).toBe(2);
  const lines = err.trimEnd().split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.map((line) => line.trim()).join(" ")).toContain(
    "Expected circle or begateway or monato or mercadopago.",
  );
});

it("NO_COLOR, or a screen without colours, gets no escape", async () => {
  const { out, err } = await run(["get", "circle"], { columns: 80, colours: false });
  expect(stripVTControlCharacters(out + err)).toBe(out + err);
});
