/*
 * A process that delivers reports until all are delivered or it is killed; started by delivery-processes.test.ts.
 *
 *   node delivery-worker.cjs <kit|naive> <directory of the journal, or postgres://…> <file of the ledger> <since> <reports>
 *
 * Its ledger is a file: a line for each file that it took, with the delivery's id. `naive` hands the file over, then records
 * that: what the test has to notice.
 */
import { appendFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import { createReportKit } from "../../src/index.ts";
import type { DeliveredFile, ReportSource, Target } from "../../src/index.ts";
import { fileJournal } from "../../src/node/journal/file-journal.ts";
import { postgresJournal } from "../../src/postgres/postgres-journal.ts";
import { queryOf } from "../postgres/query-of.ts";
import { hurriedClock } from "./clock.ts";

const [mode, directory = "", ledger = "", since, reports] = process.argv.slice(2);
const clock = hurriedClock(Number(since));
const journal = directory.startsWith("postgres://")
  ? postgresJournal(queryOf(new Pool({ connectionString: directory, max: 4 })))
  : fileJournal(directory);
const kit = createReportKit({
  journal,
  platform: { now: clock.now, setTimeout: (run, delayMs) => setTimeout(run, clock.real(delayMs)) },
});

const source: ReportSource<{ readonly report: string }> = {
  id: "kills/lookup",
  provider: "kills",
  account: "lookup",
  origin: "https://kills.invalid",
  profile: { tier: "lookup", remakes: false, requestsPerSecond: 1_000 },
  linkHosts: [],
  prepare: ({ report }) => ({ reportType: "kills", request: { report }, identity: { report } }),
  look: async ({ request }) => ({ is: "ready", reference: request["report"] as string }), // `prepare` wrote it
  locate: async () => ({ via: "none", reason: "pending", message: "these reports have no files" }),
};

async function book(report: string, id: string): Promise<void> {
  await sleep(30);
  appendFileSync(ledger, `${report} ${id}\n`);
  await sleep(60);
}

const target: Target<DeliveredFile> = {
  async receive(report) {
    await report.keepDelivery();
    await book(report.reference, report.delivery?.id ?? "");
    return { name: `${report.reference}.csv`, bytes: 3, sha256: "5f".repeat(32) };
  },
};

async function deliver(report: string): Promise<void> {
  const job = kit.report(source, { report });
  if (mode === "kit") return void (await job.deliver(target));
  const name = `source-${report}`;
  if ((await journal.read(name)) !== undefined) return;
  await job.outcome();
  await book(report, `${process.pid}`);
  await journal.write(name, { v: 1 }, 0);
}

async function work(): Promise<void> {
  writeSync(1, "started\n");
  await Promise.all(Array.from({ length: Number(reports) }, (_, place) => deliver(`r-${place}`)));
}

// A pool keeps its connections for a while, and with them the process.
void work().then(() => process.exit(0));
