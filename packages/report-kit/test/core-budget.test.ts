import { build } from "esbuild";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { createCircleClient } from "@report-kit/circle";
import type { createReportKit, JobEvent, memoryJournal } from "../src/index.ts";
import type { circleReports } from "../src/sources/circle.ts";

const src = fileURLToPath(new URL("../src/", import.meta.url));
/** What polls and keeps a report from being made twice; everything else stands on it. The files beside index.ts belong to it. */
const core = ["waiting", "identity", "journal", "source", "job", "kit", "."];
/** Raising one is a reviewed line. The goal is 2,200 lines in 45 files. */
const most = { lines: 2_860, files: 45, longest: 250 };

/** Lines that are code: no blank line, comment, import or re-export. */
function codeLines(text: string): number {
  const bare = text
    .replaceAll(/^ *\/\*[\s\S]*?\*\/$/gm, "")
    .replaceAll(/^(?:import|export type \{|export \{)[^;]*;$/gm, "");
  return bare.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;
}

it("the thin core stays within its lines and files", () => {
  const files = core.flatMap((room) => {
    const names = readdirSync(join(src, room)).filter((name) => name.endsWith(".ts"));
    return names.map((name) => ({ name: join(room, name), text: readFileSync(join(src, room, name), "utf8") }));
  });
  const lines = files.reduce((sum, { text }) => sum + codeLines(text), 0);
  const lengths = files.map(({ name, text }) => ({ name, length: text.split("\n").length - 1 }));
  const longest = lengths.toSorted((one, other) => other.length - one.length)[0] ?? { name: "none", length: 0 };
  process.stdout.write(
    `the core: ${lines} lines of code of ${most.lines}, ${files.length} files of ${most.files}, the longest ${longest.name} with ${longest.length} of ${most.longest}\n`,
  );
  expect(lines).toBeLessThanOrEqual(most.lines);
  expect(files.length).toBeLessThanOrEqual(most.files);
  expect(longest.length).toBeLessThanOrEqual(most.longest);
});

it("lines of code are counted without blanks, comments, imports and re-exports", () => {
  const text = `import { a } from "a";
import type {
  B,
} from "b";
export { c } from "c";

/** A comment
 * of two lines. */
export const d = a(); // counted

// not counted
export function e(): B {
  return d;
}
`;
  expect(codeLines(text)).toBe(4);
});

it("a bundle of the kit, a journal and one source has no line of the download, learning by one file, and works", async () => {
  const entry = `
    export { createReportKit, memoryJournal } from "./index.ts";
    export { circleReports } from "./sources/circle.ts";
    export { createCircleClient } from "@report-kit/circle";`;
  const { metafile, outputFiles } = await build({
    stdin: { contents: entry, resolveDir: src, loader: "ts" },
    bundle: true,
    format: "esm",
    minify: true,
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([name, { bytesInOutput }]) => (bytesInOutput > 0 ? [name] : [])),
  );
  expect(
    inputs.filter((name) => /src\/(?:download|unpack|node|postgres|webhook|journal-admin|testing)\//.test(name)),
  ).toEqual([]);
  const learners = Object.entries(metafile.inputs).flatMap(([name, { imports }]) =>
    !name.includes("src/learning/") && imports.some(({ path }) => path.includes("src/learning/")) ? [name] : [],
  );
  expect(learners.map((name) => name.replace(/.*src\//, ""))).toEqual(["kit/create-report-kit.ts"]);

  // What was bundled works: an outcome, its events, a step and a resumed job.
  const bundle = `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")}`;
  const bundled = (await import(/* @vite-ignore */ bundle)) as Bundle;
  const kit = bundled.createReportKit({ journal: bundled.memoryJournal() });
  let sent = 0;
  const client = bundled.createCircleClient({
    apiKey: "secret",
    environment: "sandbox",
    fetch: async () => {
      sent += 1;
      return Response.json({ data: { id: "00000000-0000-4000-8000-000000000001", status: "ready" } }, { status: 201 });
    },
  });
  const source = bundled.circleReports(client, { account: "treasury" });
  const request = { reportType: "managed_payout_transactions", timeframe: "daily", date: "2025-11-19" } as const;
  const job = kit.report(source, request);
  const events: JobEvent[] = [];
  const following = (async () => {
    for await (const event of job.events()) events.push(event);
  })();
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(await job.outcome()).toMatchObject({ status: "ready", requests: 1 });
  await following;
  expect(events.map(({ type }) => type)).toEqual(["submitted", "ready"]);
  expect(await kit.step(job.bookmark, [source])).toMatchObject({ outcome: { status: "ready" } });
  expect(kit.resume(job.bookmark, [source]).key).toBe(job.key);
  expect(sent).toBe(1);
});

interface Bundle {
  readonly createReportKit: typeof createReportKit;
  readonly memoryJournal: typeof memoryJournal;
  readonly createCircleClient: typeof createCircleClient;
  readonly circleReports: typeof circleReports;
}
