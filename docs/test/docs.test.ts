import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { brokenLinks } from "./links.ts";
import { listPages, readPage, repository } from "./markdown.ts";
import { programsOf } from "./programs.ts";
import { printedAs, runProgram, startReaderSandbox } from "./run-program.ts";
import type { ReaderSandbox } from "./run-program.ts";

/** The pages whose code a reader copies. */
const isForUsers =
  /^(?:README\.md|packages\/[^/]+\/README\.md|docs\/(?:start|jobs|concepts|providers|reference|project)\/[^/]+\.md)$/;

const pages = listPages();
const code = pages.filter(({ path }) => isForUsers.test(path)).map(programsOf);
const programs = code.flatMap((page) => page.programs);
/** Below `docs`, so that the code finds what docs/package.json depends on, as a reader's finds theirs. */
const folder = join(import.meta.dirname, "../.blocks");
let sandbox: ReaderSandbox | undefined;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const { file, text } of programs) writeFileSync(join(folder, file), text);
  sandbox = await startReaderSandbox();
});
afterAll(async () => {
  await sandbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("every block of code of the pages is checked, or has a comment that says why not", () => {
  expect(code.flatMap((page) => page.problems)).toEqual([]);
  expect(programs.filter(({ runs }) => runs).length).toBeGreaterThan(3);
});

test.concurrent("every block of code of the pages compiles against the built packages", async ({ expect }) => {
  const options = {
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      noEmit: true,
      declaration: false,
      isolatedDeclarations: false,
      rewriteRelativeImportExtensions: false,
      // A page shows a value without using it; and the types of queues and drivers are their makers' business.
      noUnusedLocals: false,
      noUnusedParameters: false,
      skipLibCheck: true,
      types: ["node"],
    },
    files: [...programs.map(({ file }) => file), "canary.ts", "../test/other-platforms.d.ts"],
  };
  // One that must be found: a compiler that was never started finds nothing either.
  writeFileSync(join(folder, "canary.ts"), 'export const canary: number = "text";');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const { stdout } = await runProgram([compiler, "-p", folder, "--pretty", "false"]);
  const names = new Map(programs.map(({ file, name }) => [file, name.replace(/:\d+$/, "")]));
  const told = stdout.replaceAll(/\S*?([^\s/]+\.ts)\((\d+),\d+\)/g, (place, file: string, line: string) =>
    names.has(file) ? `${names.get(file)}:${line}` : place,
  );
  expect(told.trimEnd()).toMatch(/^\S*canary\.ts\(1,14\): error TS2322: .*$/);
}, 60_000);

test.concurrent.for(programs.filter(({ runs }) => runs).map(({ name, ...program }) => [name, program] as const))(
  "the program at %s runs against the sandbox as it is printed",
  { timeout: 60_000 },
  async ([, { file, prints }], { expect }) => {
    const { code, stdout, stderr } = await runProgram([join(folder, file)], sandbox?.environment);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    if (prints !== undefined && !printedAs(prints, stdout)) expect(stdout).toBe(prints);
  },
);

test.concurrent.for(
  code.flatMap(({ transcripts }) => transcripts).map(({ name, ...transcript }) => [name, transcript] as const),
)(
  "the transcript at %s is what its program prints",
  { timeout: 60_000 },
  async ([, { program, prints }], { expect }) => {
    const { code, stdout, stderr } = await runProgram([join(repository, program)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    if (!printedAs(prints, stdout)) expect(stdout).toBe(prints);
  },
);

test("every relative link of the pages leads to a file, and to a heading where it names one", () => {
  expect(brokenLinks(pages)).toEqual([]);
});

test("the checks of the pages find a link to nothing, a missing heading and code that is not checked", () => {
  const page = readPage(
    "docs/page.md",
    [
      "# One heading",
      "[here](#one-heading) [there](#another) [gone](gone.md) [file](../README.md) [web](https://example.com/x)",
      "`[code](nowhere.md)`",
      "```ts no-check",
      "[0](0);",
      "```",
      "<!-- runs -->",
      "<!-- given",
      "const one = 1;",
      "-->",
      "```ts",
      "console.log(one);",
      "```",
      "prints",
      "```text",
      "1",
      "```",
      "<!-- example: examples/demo/main.ts -->",
      "```ts",
      "const drifted = 1;",
      "```",
    ].join("\n"),
  );
  expect(brokenLinks([page])).toEqual([
    "docs/page.md:2: #another has no such heading",
    "docs/page.md:2: gone.md does not exist",
  ]);
  const { programs, problems } = programsOf(page);
  expect(problems).toEqual([
    "docs/page.md:4: is not checked, and no comment above it says why",
    "docs/page.md:19: is not what examples/demo/main.ts has",
  ]);
  expect(programs).toEqual([
    {
      name: "docs/page.md:11",
      file: "docs-page-md-11.ts",
      text: `${"\n".repeat(8)}const one = 1;\n\n\nconsole.log(one);\nexport {};\n`,
      runs: true,
      prints: "1",
    },
  ]);
  expect(printedAs("a … c\n…", "a b c\nd\n")).toBe(true);
  expect(printedAs("a … c", "a b d")).toBe(false);
});
