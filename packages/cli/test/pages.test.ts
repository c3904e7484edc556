import { readFileSync, readdirSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { describe, expect, it } from "vitest";
import { configFrom } from "../src/config/config.ts";
import { exitCodes } from "../src/exit-codes.ts";
import { run } from "./cli.ts";

const page = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");

function blocks(text: string, language: string): readonly string[] {
  return text
    .split(`\`\`\`${language}\n`)
    .slice(1)
    .map((rest) => rest.slice(0, rest.indexOf("```")));
}

describe("docs/reference/cli.md", () => {
  it("has a row for every code of the command line's own errors", () => {
    const source = new URL("../src/", import.meta.url);
    const codes = readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) =>
        Array.from(readFileSync(new URL(name, source), "utf8").matchAll(/\bcode: (?:reason .*\? )?"([a-z-]+)"/g)),
      )
      .map(([, code = ""]) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !page("reference/cli.md").includes(`| \`${code}\` |`))).toEqual([]);
  });

  it("shows a nightly set of all four providers in at most 15 lines, which is read as it stands", () => {
    const [text = ""] = blocks(page("reference/cli.md"), "yaml");
    const { accounts, series } = configFrom("page", text);
    expect(new Set([...accounts.values()].map(({ provider }) => provider)).size).toBe(4);
    expect(series.length).toBe(5);
    expect(
      text
        .trimEnd()
        .split("\n")
        .filter((line) => !line.startsWith("#")).length,
    ).toBeLessThanOrEqual(15);
  });

  it("has every exit code, and every command of the help", async () => {
    for (const code of Object.values(exitCodes))
      expect(page("reference/cli.md")).toMatch(new RegExp(`^\\| (?:\\d+, )?${code}[ ,]`, "m"));
    const { out } = await run(["--help"]);
    const [, list = ""] = out.split("Commands:\n");
    const names = Array.from(list.matchAll(/^ {2}([a-z]+)/gm), ([, name = ""]) => name).filter(
      (name) => name !== "help",
    );
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(page("reference/cli.md")).toContain(`\`${name}`);
  });
});

it("the CronJob of docs/jobs/cron.md is YAML, and its exit codes for a person are those of the command line", () => {
  const [text = ""] = blocks(page("jobs/cron.md"), "yaml");
  const [document] = parseAllDocuments(text);
  expect(document?.errors).toEqual([]);
  const codes = document?.getIn([
    "spec",
    "jobTemplate",
    "spec",
    "podFailurePolicy",
    "rules",
    0,
    "onExitCodes",
    "values",
  ]);
  expect(JSON.parse(JSON.stringify(codes))).toEqual([exitCodes.needsPerson, exitCodes.badInput, exitCodes.credentials]);
});
