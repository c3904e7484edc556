/*
 * I5: durable journal writes a second, beside the bare thing on the same disk and the same server, in one run.
 *
 *   node bench/journal/main.ts [--rounds 7] [--round-ms 1500] [--writers 1,16] [--json figures.json]
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPool, queryOf, startPostgres } from "../../packages/report-kit/test/postgres/postgres-server.ts";
import { bareFiles, fileJournalNew, fileJournalOver } from "./files.ts";
import { bareRows, postgresJournalNew, postgresJournalOver } from "./rows.ts";
import { compare } from "./throughput.ts";
import type { Figure } from "./throughput.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    "round-ms": { type: "string", default: "1500" },
    writers: { type: "string", default: "1,16" },
    json: { type: "string" },
  },
});
const effort = { rounds: Number(values.rounds), roundMs: Number(values["round-ms"]) };
const writerCounts = values.writers.split(",").map(Number);

/** At least this part of the bare rate. */
const bar = 0.5;

const report: (Figure & { readonly ofBare: number })[] = [];

function add(figures: readonly Figure[]): void {
  const bare = figures[0]?.writesPerSecond ?? Number.NaN;
  for (const figure of figures) {
    const ofBare = figure.writesPerSecond / bare;
    report.push({ ...figure, ofBare });
    console.log(
      `${figure.name.padEnd(48)} ${String(figure.writers).padStart(3)} writers ${figure.writesPerSecond.toFixed(0).padStart(8)} writes/s   ${ofBare.toFixed(2)} of bare`,
    );
  }
}

async function benchFiles(writers: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "journal-bench-"));
  try {
    const contenders = [
      await bareFiles(join(directory, "bare")),
      fileJournalOver(join(directory, "over")),
      fileJournalNew(join(directory, "new")),
    ];
    add(await compare(contenders, writers, effort));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function benchRows(writers: number): Promise<void> {
  const server = await startPostgres();
  const pool = openPool(server, writers);
  try {
    const query = queryOf(pool);
    const contenders = [await bareRows(query), await postgresJournalOver(query), await postgresJournalNew(query)];
    add(await compare(contenders, writers, effort));
  } finally {
    await pool.end();
    await server.stop();
  }
}

for (const writers of writerCounts) await benchFiles(writers);
for (const writers of writerCounts) await benchRows(writers);
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ figure: "I5", bar, report }, null, 2)}\n`);
const missed = report.filter(({ ofBare }) => ofBare < bar);
console.log(missed.length === 0 ? `I5 reached: at least ${bar} of bare everywhere` : `I5 missed by ${missed.length}`);
process.exitCode = missed.length === 0 ? 0 : 1;
