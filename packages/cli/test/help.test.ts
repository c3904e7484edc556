import { describe, expect, it } from "vitest";
import { reportFields } from "../src/report-fields.gen.ts";
import { run } from "./cli.ts";

describe("--help", () => {
  it("has the commands, the exit codes, and what to try without an account", async () => {
    const { code, out, err } = await run(["--help"]);
    expect([code, err]).toEqual([0, ""]);
    for (const text of ["get", "sandbox", "demo", "completion", "75 ", "report-kit demo"]) expect(out).toContain(text);
  });

  it.each(Object.entries(reportFields))(
    "of get %s has every field and every value of its description",
    async (name, fields) => {
      const { code, out } = await run(["get", name, "--help"]);
      expect(code).toBe(0);
      for (const field of fields) {
        expect(out).toContain(
          `--${field.name.replaceAll("_", "-").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <`,
        );
        if ("values" in field) for (const value of field.values) expect(out).toContain(`"${value}"`);
      }
    },
  );

  it.each([80, 120])("is no wider than a terminal of %d columns", async (columns) => {
    for (const args of [["--help"], ["get", "begateway", "--help"], ["demo", "--help"]]) {
      const { out } = await run(args, { columns });
      // The last lines, of an example to copy, are not broken.
      const widest = Math.max(
        ...out
          .split("\nExample:")[0]!
          .split("\n")
          .map((line) => line.length),
      ); // split gives one at least
      expect(widest).toBeLessThanOrEqual(columns);
    }
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish", "powershell"])("has a script for %s", async (shell) => {
    const lines: string[] = [];
    const log = console.log;
    console.log = (text: string) => lines.push(text);
    try {
      const { code } = await run(["completion", shell]);
      expect(code).toBe(0);
    } finally {
      console.log = log;
    }
    expect(lines.join("\n")).toContain("report-kit");
  });
});
