import { describe, expect, it } from "vitest";
import { reportFields } from "../src/report-fields.gen.ts";
import { run, start } from "./cli.ts";

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
    for (const args of [["--help"], ["get", "begateway", "--help"], ["demo", "--help"], ["webhook", "--help"]]) {
      const { out } = await run(args, { columns });
      const widest = Math.max(...out.split("\n").map((line) => line.length));
      expect(widest).toBeLessThanOrEqual(columns);
    }
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish", "powershell"])("has a script for %s", async (shell) => {
    const { code, out } = await start(["completion", shell]).ended;
    expect([code, out]).toEqual([0, expect.stringContaining("report-kit")]);
  });

  it.each([
    [
      ["get", ""],
      ["circle", "begateway", "monato", "mercadopago"],
    ],
    [["get", "circle", "--report-type", ""], reportFields.circle[0].values],
    [["jobs", "list", "--phase", "in"], ["indeterminate"]],
  ])("offers after %j what there is", async (words, offered) => {
    const { out } = await start(["complete", "--", ...words]).ended;
    const names = out.split("\n").map((line) => line.split("\t")[0]);
    for (const name of offered) expect(names).toContain(name);
  });
});
