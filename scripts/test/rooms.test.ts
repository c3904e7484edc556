import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listProviders } from "../src/providers.ts";
import { entry, exceptions, packages, rooms } from "../src/rooms.ts";
import { run } from "../src/run-program.ts";
import { repository } from "./altered-copy.ts";

type Files = Readonly<Record<string, readonly string[]>>;

/** The lines that the linter refuses for what they import, each as `<path> <line>`. */
async function refusedLines(root: string, ...paths: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(join(repository, "node_modules/.bin/oxlint"), ["--format=unix", ...paths], root);
  const rules = "no-restricted-imports|no-dynamic-require|consistent-type-imports";
  const found = stdout.matchAll(new RegExp(`^(?<path>.+):(?<line>\\d+):\\d+: .*\\((?:${rules})\\)\\]$`, "gm"));
  return Array.from(found, ({ groups }) => `${groups?.["path"]} ${groups?.["line"]}`);
}

/** The lines of files that the linter refuses in a repository that has no others. */
async function refusedOf(files: Files): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), "report-kit-rooms-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const config = [`export { default } from ${JSON.stringify(join(repository, "oxlint.config.ts"))};`];
  for (const [path, lines] of Object.entries({ ...files, "oxlint.config.ts": config })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${lines.join("\n")}\n`);
  }
  const refused = await refusedLines(root);
  return refused
    .map((place) => {
      const [path = "", line = ""] = place.split(" ");
      return `${path}: ${files[path]?.[Number(line) - 1]}`;
    })
    .toSorted();
}

const src = "packages/report-kit/src";
const providers = listProviders(repository).map(({ name }) => `@report-kit/${name}`);

/** A file of each kind that a room may have, with the way up to `src/`. */
function filesOf(room: string): readonly (readonly [string, string])[] {
  const up = "../".repeat(room.split("/").length);
  const nested = [
    [`${room}/probe.ts`, up],
    [`${room}/deep/probe.ts`, `../${up}`],
  ] as const;
  return room.includes("/") ? [[`${room}.ts`, "../"], [`${room}-part.ts`, "../"], ...nested] : nested;
}

/** Each name that a file may import or must not, as the table calls it, and how a file says it. */
function targetsFrom(up: string): readonly (readonly [string, string])[] {
  const inside = Object.keys(rooms).map((room) => [room, `${up}${room}/target.ts`] as const);
  const outside = [...providers, "@zip.js/zip.js", "openapi-fetch", "left-pad", "report-kit"];
  return [
    ...inside,
    ...outside.map((name) => [name, name] as const),
    ["node:*", "node:fs/promises"],
    ["index", `${up}index.ts`],
    ["errors", `${up}errors.ts`],
    ["@report-kit/http", "@report-kit/http"],
    ["@noble/hashes", "@noble/hashes/sha2.js"],
  ];
}

test("the linter refuses each import that the table of rooms does not allow, and no other, wherever in a room it is", async () => {
  const files: Record<string, readonly string[]> = {};
  const wanted: string[] = [];
  const rows = [
    ...Object.entries(rooms).flatMap(([room, row]) => filesOf(room).map((file) => ({ file, room, row }))),
    ...Object.entries(exceptions).map(([file, more]) => {
      const room = dirname(file);
      return { file: [file, "../"] as const, room, row: [...(rooms[room] ?? []), ...more] };
    }),
  ];
  for (const { file, room, row } of rows) {
    const [path, up] = file;
    const lines = targetsFrom(up)
      .filter(([name]) => name !== room)
      .flatMap(([name, specifier]) => {
        const line = `export * from "${specifier}";`;
        const typeLine = `export type * from "${specifier}";`;
        const isFree = row.includes(name) || ["errors", "@report-kit/http", "@noble/hashes"].includes(name);
        if (!isFree) wanted.push(`${src}/${path}: ${line}`);
        if (!isFree && !row.includes(`type:${name}`)) wanted.push(`${src}/${path}: ${typeLine}`);
        return [line, typeLine];
      });
    files[`${src}/${path}`] = lines;
  }
  expect(await refusedOf(files)).toEqual(wanted.toSorted());
  expect(new Set(wanted.map((line) => line.split(":")[0]))).toEqual(new Set(Object.keys(files)));
});

test.each([
  ["a value", 'import { createReportKit } from "../kit/create-report-kit.ts";'],
  ["a type", 'import type { ReportKit } from "../kit/report-kit.ts";'],
  ["an export", 'export { createReportKit } from "../kit/create-report-kit.ts";'],
  ["a star", 'export * from "../kit/create-report-kit.ts";'],
  ["a side effect", 'import "../kit/create-report-kit.ts";'],
  ["a dynamic import", 'export const late = (): unknown => import("../kit/create-report-kit.ts");'],
  ["a computed import", "export const late = (name: string): unknown => import(name);"],
  ["the type of an import", 'export type Kit = import("../kit/report-kit.ts").ReportKit;'],
  ["a built-in module without node:", 'import { join } from "path";'],
  ["a file outside the package", 'import { sleep } from "../../../http/src/sleep.ts";'],
])("the linter refuses that a job imports by %s what lies above it", async (_, line) => {
  const fine = ['import { a } from "./step.ts";', 'import { b } from "../source/observation.ts";'];
  const path = `${src}/job/probe.ts`;
  expect(await refusedOf({ [path]: [...fine, line, '// import { c } from "../kit/wait.ts";'] })).toEqual([
    `${path}: ${line}`,
  ]);
});

test("the linter refuses that a folder without a row imports anything", async () => {
  const line = 'import { a } from "./b.ts";';
  const paths = [`${src}/attic/probe.ts`, "packages/attic/src/probe.ts"];
  expect(await refusedOf(Object.fromEntries(paths.map((path) => [path, [line]])))).toEqual(
    paths.map((path) => `${path}: ${line}`).toSorted(),
  );
});

test("the linter lets a source import its own files and no other source", async () => {
  const own = ['import { a } from "./circle-request.ts";', 'import { b } from "./circle/part.ts";'];
  const line = 'import { monatoReports } from "./monato.ts";';
  const paths = ["circle.ts", "circle-answers.ts"].map((file) => `${src}/sources/${file}`);
  expect(await refusedOf(Object.fromEntries(paths.map((path) => [path, [...own, line]])))).toEqual(
    paths.map((path) => `${path}: ${line}`).toSorted(),
  );
});

test("the linter lets the entry of report-kit export the core, of the download only types, and of the layers nothing", async () => {
  const line = (name: string): string => `export * from "./${name}/target.ts";`;
  const lines = [...Object.keys(rooms).map(line), 'export type { A } from "./download/create-target.ts";'];
  const path = `${src}/index.ts`;
  expect(await refusedOf({ [path]: lines })).toEqual(
    Object.keys(rooms)
      .filter((room) => !entry.includes(room))
      .map((room) => `${path}: ${line(room)}`)
      .toSorted(),
  );
});

test("the linter refuses that a package imports a package of ours, or openapi-fetch, that its row does not name", async () => {
  const names = [...providers, "@report-kit/http", "@report-kit/sandbox", "openapi-fetch", "left-pad"];
  const folders = Object.keys(packages).filter((name) => name !== "cli");
  const line = (name: string): string => `export * from "${name}";`;
  const files = Object.fromEntries(folders.map((folder) => [`packages/${folder}/src/client.ts`, names.map(line)]));
  expect(await refusedOf(files)).toEqual(
    folders
      .flatMap((folder) =>
        names
          .filter((name) =>
            folder === "http" ? name !== "openapi-fetch" : folder === "sandbox" || name !== "@report-kit/http",
          )
          .map((name) => `packages/${folder}/src/client.ts: ${line(name)}`),
      )
      .toSorted(),
  );
});
