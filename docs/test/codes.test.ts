import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "./markdown.ts";

/** Where the code writes an error's code: as a member, as the first argument of what makes the error, or in the type of a class. */
const written = [
  /\bcode(?: = |: )"([a-z-]+)"/g,
  /\b(?:DownloadError|transportError|wrong|refused)\(\s*"([a-z-]+)"/g,
  /^ +\| "([a-z-]+)"$/gm,
];

/** The codes of the published packages, which a program may act on. The sandbox and the scripted answers play a provider. */
function codesInTheSources(): Set<string> {
  const codes = new Set<string>();
  const ownPrograms = new Set(["cli", "sandbox"]);
  for (const name of readdirSync(join(repository, "packages")).filter((each) => !ownPrograms.has(each))) {
    const folder = join(repository, "packages", name, "src");
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || file.endsWith(".gen.ts") || file.startsWith("testing")) continue;
      const text = readFileSync(join(folder, file), "utf8");
      const unions = file.endsWith("download-error.ts") ? written : written.slice(0, 2);
      for (const pattern of unions) for (const [, code = ""] of text.matchAll(pattern)) codes.add(code);
      if (file.endsWith("errors.ts") && name === "http") {
        const [, union = ""] = /readonly code: ((?:"[a-z-]+"(?: \| )?)+);/.exec(text) ?? [];
        for (const [, code = ""] of union.matchAll(/"([a-z-]+)"/g)) codes.add(code);
      }
    }
  }
  return codes;
}

test("docs/reference/errors.md has a row for each code of the sources, in order, and for no other", () => {
  const page = readFileSync(join(repository, "docs/reference/errors.md"), "utf8");
  const section = page.split("## Every code")[1]?.split("\n## ")[0] ?? "";
  const rows = Array.from(
    section.matchAll(/^\| `([^`]+)` \| (.+) \| (.+) \|$/gm),
    ([, code = "", from = "", todo = ""]) => {
      return { code, from, todo };
    },
  );
  const documented = rows.map(({ code }) => code).filter((code) => code !== "http-<status>");
  expect(documented).toEqual(Array.from(codesInTheSources()).toSorted());
  expect(documented.length).toBeGreaterThan(40);
  expect(rows.filter(({ from, todo }) => `${from} ${todo}`.length < 30)).toEqual([]);
});
