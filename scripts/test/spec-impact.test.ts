import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { specImpactCommand } from "../spec-impact.ts";
import { changesetText, newChangesets } from "../src/changesets.ts";
import { baseTree, folderTree } from "../src/file-tree.ts";
import type { FileTree } from "../src/file-tree.ts";
import { inertCode } from "../src/inert-text.ts";
import { changeLines, isShort, missingChangesets, specImpact } from "../src/spec-impact.ts";
import { repository, runOn } from "./altered-copy.ts";

type Files = Readonly<Record<string, string | undefined>>;

/** Files in memory. */
function tree(files: Files): FileTree {
  const paths = Object.keys(files).filter((path) => files[path] !== undefined);
  return {
    name: "memory",
    read: (path) => files[path],
    list: (folder) => [
      ...new Set(
        paths
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.split("/")[folder.split("/").length] ?? ""),
      ),
    ],
  };
}

function description(properties: string): string {
  return [
    "openapi: 3.1.0",
    "info: { title: Alpha, version: 1.0.0 }",
    "paths:",
    "  /a:",
    "    get:",
    "      operationId: readA",
    "      responses:",
    '        "200":',
    "          description: A.",
    "          content:",
    "            application/json:",
    `              schema: { type: object, properties: { ${properties} } }`,
  ].join("\n");
}

const surface = "# Public surface\n\n## `alpha`\n\n```ts\n// a\nfunction a(): void;\n```\n";
const base: Files = {
  "specs/alpha/effective.gen.yaml": description("id: { type: string }, size: { type: integer }"),
  "packages/alpha/package.json": JSON.stringify({ name: "@report-kit/alpha", version: "1.2.3" }),
  "packages/alpha/src/schema.gen.ts": "export interface paths {}",
  "packages/alpha/public-surface.md": surface,
  "packages/sandbox/package.json": JSON.stringify({ name: "@report-kit/sandbox", version: "0.4.0" }),
  ".changeset/config.json": "{}",
  ".changeset/old.md": changesetText("@report-kit/alpha", "major", "Long ago."),
};
/** Alpha with a spec that lost a field; and, which is quicker to judge, with an export that is gone. */
const broken: Files = { ...base, "specs/alpha/effective.gen.yaml": description("id: { type: string }") };

test("spec impact asks for no changeset when nothing changed", async () => {
  expect(await specImpact(tree(base), tree(base))).toEqual([]);
});

test("spec impact asks for the bump of the spec's change, for a patch of what embeds the spec, and counts no changeset of the base", async () => {
  const impacts = await specImpact(tree(base), tree(broken));
  expect(impacts.map(({ packageName, floor, changeset }) => [packageName, floor, changeset])).toEqual([
    ["@report-kit/alpha", "major", undefined],
    ["@report-kit/sandbox", "patch", undefined],
  ]);
  expect(impacts.every(isShort)).toBe(true);
});

test.each([
  ["none", undefined, true],
  ["a lower one", changesetText("@report-kit/alpha", "minor", "x"), true],
  ["one of another package", changesetText("@report-kit/beta", "major", "x"), true],
  ["one that releases nothing", "---\n'@report-kit/alpha': none\n---\n\nx\n", true],
  ["an empty one", "---\n---\n\nx\n", true],
  ["one as high", changesetText("@report-kit/alpha", "major", "x"), false],
])("spec impact compares its floor with %s among the new changesets", async (_, text, short) => {
  const head = { ...base, "packages/alpha/public-surface.md": "# Public surface\n", ".changeset/new.md": text };
  const [impact] = await specImpact(tree(base), tree(head));
  expect(impact && isShort(impact)).toBe(short);
});

test("spec impact counts the highest of several new changesets, and an altered one as new", () => {
  const head = {
    ...base,
    ".changeset/old.md": changesetText("@report-kit/alpha", "minor", "Today."),
    ".changeset/a.md": changesetText("@report-kit/alpha", "patch", "x"),
    ".changeset/README.md": "About this folder.",
  };
  expect(newChangesets(tree(base), tree(head))).toEqual(new Map([["@report-kit/alpha", "minor"]]));
});

test.each(["No front matter.", "---\n- a\n---\n", "---\n'@report-kit/alpha': huge\n---\n\nx\n"])(
  "spec impact refuses a changeset whose text is %j and names its path",
  (text) => {
    expect(() => newChangesets(tree(base), tree({ ...base, ".changeset/new.md": text }))).toThrow(
      ".changeset/new.md: ",
    );
  },
);

test("spec impact writes one changeset for each package that lacks one, with what changed, and then asks for none", async () => {
  const missing = missingChangesets(await specImpact(tree(base), tree(broken)));
  expect(missing.map(({ path }) => path.replace(/[0-9a-f]{8}/, "*"))).toEqual([
    ".changeset/alpha-spec-*.md",
    ".changeset/sandbox-spec-*.md",
  ]);
  expect(missing[0]?.text).toMatch(
    /^---\n"@report-kit\/alpha": major\n---\n\nWhat changed for callers:\n\n- \*\*Breaking\.\*\* Gone: `readA\.200\.size`/,
  );
  const written = Object.fromEntries(missing.map(({ path, text }) => [path, text]));
  const impacts = await specImpact(tree(base), tree({ ...broken, ...written }));
  expect(impacts.map(({ changeset }) => changeset)).toEqual(["major", "patch"]);
  expect(missingChangesets(impacts)).toEqual([]);
});

test("spec impact asks for a minor for a new provider, and for a patch of what embedded one that is gone", async () => {
  const { "specs/alpha/effective.gen.yaml": _, ...without } = base;
  const [added] = await specImpact(tree(without), tree(base));
  expect(added).toMatchObject({ packageName: "@report-kit/alpha", floor: "minor" });
  const gone: Files = Object.fromEntries(
    Object.entries(base).filter(([path]) => !/^(?:specs|packages)\/alpha\//.test(path)),
  );
  const [sandbox, ...more] = await specImpact(tree(base), tree(gone));
  expect([sandbox?.packageName, sandbox?.floor, more]).toEqual(["@report-kit/sandbox", "patch", []]);
});

function withSurface(code: string): Files {
  return {
    ...base,
    "packages/alpha/public-surface.md": `# Public surface\n\n## \`alpha\`\n\n\`\`\`ts\n${code}\n\`\`\`\n`,
  };
}

test.each([
  ["another export", "// a\nfunction a(): void;", "// a\nfunction a(): void;\n\n// b\nconst b: 1;", "minor"],
  ["an export that is gone", "// a\nfunction a(): void;\n\n// b\nconst b: 1;", "// a\nfunction a(): void;", "major"],
  ["another signature", "// a\nfunction a(): void;", "// a\nfunction a(): number;", "major"],
  ["an optional member more", "// A\ninterface A {\n  a: 1;\n}", "// A\ninterface A {\n  a: 1;\n  b?: 2;\n}", "minor"],
  ["a required member more", "// A\ninterface A {\n  a: 1;\n}", "// A\ninterface A {\n  a: 1;\n  b: 2;\n}", "major"],
  ["another member", "// A\ninterface A {\n  a: 1;\n}", "// A\ninterface A {\n  a: 2;\n  b?: 2;\n}", "major"],
  ["another base", "// A\ninterface A {\n  a: 1;\n}", "// A\ninterface A extends B {\n  a: 1;\n}", "major"],
])("spec impact asks for the right bump after %s in the public surface", async (_, before, after, floor) => {
  const [impact] = await specImpact(tree(withSurface(before)), tree(withSurface(after)));
  expect(impact?.floor).toBe(floor);
});

test("a provider's text in a changeset is code on one line, whatever the text is", async () => {
  const hostile = "x` <img src=x>\n---\n@everyone [a](b)\u2028\u202e\u0007";
  expect(inertCode(hostile)).toBe("`x' <img src=x> --- @everyone [a](b)`");
  expect(inertCode("a".repeat(1000))).toHaveLength(303);
  expect(inertCode("\n")).toBe("` `");
  const altered = description(
    `id: { type: string }, size: { type: integer }, ${JSON.stringify(hostile)}: { type: string }`,
  );
  const impacts = await specImpact(tree(base), tree({ ...base, "specs/alpha/effective.gen.yaml": altered }));
  for (const line of impacts.flatMap(changeLines))
    expect(line.replaceAll(/`[^`\n]+`/g, "")).not.toMatch(/[<@[\n\u2028\u202e`]/);
});

test("spec impact takes as its base a folder or the commit where HEAD left a branch, and refuses anything else", () => {
  const root = mkdtempSync(join(tmpdir(), "report-kit-base-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const git = (...args: readonly string[]): void =>
    void execFileSync(
      "git",
      ["-C", root, "-c", "user.name=a", "-c", "commit.gpgsign=false", "-c", "user.email=a@example.com", ...args],
      {
        stdio: "pipe",
      },
    );
  const commit = (text: string): void => {
    writeFileSync(join(root, "ä.md"), text);
    git("add", ".");
    git("commit", "-q", "-m", text);
  };
  git("init", "-q", "-b", "main");
  commit("common");
  git("switch", "-q", "-c", "change");
  commit("changed");
  git("switch", "-q", "main");
  commit("moved on");
  git("switch", "-q", "change");
  const parted = baseTree(root, "main");
  expect([parted.read("ä.md"), parted.read("nowhere"), parted.list("nowhere")]).toEqual(["common", undefined, []]);
  expect(() => baseTree(root, "nowhere")).toThrow("nowhere is no folder with specs/, and no commit");
  expect(() => baseTree(root, "--all")).toThrow("--all is no folder");
  expect(baseTree(root, repository).list("specs")).toEqual(folderTree(repository).list("specs"));
});

test("the command spec-impact fails for a missing changeset, writes it and then passes", async () => {
  const root = mkdtempSync(join(tmpdir(), "report-kit-impact-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const path of ["specs/circle", "packages/circle/package.json", "packages/circle/src"])
    cpSync(join(repository, path), join(root, path), { recursive: true });
  const surface = readFileSync(join(repository, "packages/circle/public-surface.md"), "utf8");
  writeFileSync(
    join(root, "packages/circle/public-surface.md"),
    surface.replace("function createCircleClient(", "function createClient("),
  );
  const args = ["--base", repository] as const;
  const failed = await runOn(root, specImpactCommand, ...args);
  expect(failed.exitCode).toBe(1);
  expect(failed.output).toMatch(
    /^- \*\*Breaking\.\*\* Another signature of `@report-kit\/circle createCircleClient`$/m,
  );
  expect(failed.output).toContain("No changeset as high as the floor: @report-kit/circle (minor).");
  const { exitCode, output } = await runOn(root, specImpactCommand, ...args, "--write");
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^\.changeset\/circle-spec-[0-9a-f]{8}\.md: written$/m);
  expect(await runOn(root, specImpactCommand, ...args)).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining("reach their floors"),
  });
});
