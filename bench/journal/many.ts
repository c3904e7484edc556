/*
 * H4/H17: a journal that holds many jobs: listing names, listing jobs, waking a source's jobs, pruning nine of ten.
 *
 *   node bench/journal/many.ts [--jobs 100000] [--kinds file,postgres] [--json figures.json]
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { listJobs, pruneJobs } from "../../packages/report-kit/src/journal-admin/jobs-in-journal.ts";
import type { Journal } from "../../packages/report-kit/src/journal/journal.ts";
import type { JsonObject } from "../../packages/report-kit/src/json.ts";
import { createReportKit } from "../../packages/report-kit/src/kit/create-report-kit.ts";
import { fileJournal } from "../../packages/report-kit/src/node/journal/file-journal.ts";
import { postgresJournal } from "../../packages/report-kit/src/postgres/postgres-journal.ts";
import { openPool, queryOf, startPostgres } from "../../packages/report-kit/test/postgres/postgres-server.ts";
import { jobState } from "./job-state.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "100000" },
    kinds: { type: "string", default: "file,postgres" },
    json: { type: "string" },
  },
});
const jobs = Number(values.jobs);
const endedAt = 1_795_140_000_000;

/** Nine of ten jobs have ended; the tenth still waits. */
function jobNumber(index: number): { readonly name: string; readonly value: JsonObject } {
  const name = `job-${createHash("sha256").update(String(index)).digest("hex").slice(0, 32)}`;
  const { lease: _lease, ...state } = jobState(1);
  if (index % 10 === 0) return { name, value: state };
  return { name, value: { ...state, phase: "ready", endedAt: endedAt + index } };
}

interface Figure {
  readonly kind: string;
  readonly what: string;
  readonly seconds: number;
  /** Of this process: says more than the clock where others use the machine. */
  readonly cpuSeconds: number;
  readonly count: number;
  /** By how much the process grew meanwhile, at most. */
  readonly grewMiB: number;
}
const report: Figure[] = [];

async function measure(kind: string, what: string, run: () => Promise<number>): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const count = await run();
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  clearInterval(watch);
  const grewMiB = (Math.max(most, process.memoryUsage().rss) - before) / 2 ** 20;
  report.push({ kind, what, seconds, cpuSeconds, count, grewMiB });
  console.log(
    `${kind.padEnd(9)} ${what.padEnd(28)} ${seconds.toFixed(2).padStart(8)} s  ${cpuSeconds.toFixed(2).padStart(8)} s of CPU  ${String(count).padStart(7)} records  +${grewMiB.toFixed(0)} MiB`,
  );
}

async function count(iterable: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _ of iterable) counted += 1;
  return counted;
}

async function measureAll(kind: string, open: () => Journal): Promise<void> {
  await measure(kind, "list names", () => count(open().list("job-")));
  await measure(kind, "listJobs", () => count(listJobs(open())));
  await measure(kind, "wake by source", () =>
    createReportKit({ journal: open() }).wake({ source: "circle/treasury", reportType: "balances" }),
  );
  await measure(kind, "pruneJobs, nine of ten", () => pruneJobs(open(), endedAt + jobs));
}

async function files(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "journal-many-"));
  try {
    await fileJournal(directory).read("pulse");
    for (let index = 0; index < jobs; index += 1) {
      const { name, value } = jobNumber(index);
      const head = `1-${randomUUID()}`;
      const line = JSON.stringify({ revision: 1, value });
      mkdirSync(join(directory, "records", name, head), { recursive: true });
      const text = `${line}\n${createHash("sha256").update(line).digest("hex")}\n`;
      writeFileSync(join(directory, "records", name, head, `${head}.json`), text);
    }
    await measureAll("file", () => fileJournal(directory));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function rows(): Promise<void> {
  const server = await startPostgres();
  const pool = openPool(server, 4);
  try {
    await postgresJournal(queryOf(pool)).migrate();
    for (let from = 0; from < jobs; from += 1000) {
      const batch = Array.from({ length: Math.min(1000, jobs - from) }, (_, index) => jobNumber(from + index));
      const insert = `INSERT INTO report_kit_journal (name, revision, value) SELECT name, 1, value FROM json_to_recordset($1::json) AS r(name text, value json)`;
      await pool.query(insert, [JSON.stringify(batch)]);
    }
    await measureAll("postgres", () => postgresJournal(queryOf(pool)));
  } finally {
    await pool.end();
    await server.stop();
  }
}

if (values.kinds.includes("file")) await files();
if (values.kinds.includes("postgres")) await rows();
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ figure: "H17", jobs, report }, null, 2)}\n`);
}
