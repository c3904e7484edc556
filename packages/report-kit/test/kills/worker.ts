/*
 * A process that gets reports until it has them all or is killed; started by the kill tests.
 *
 *   node kills-worker.cjs <kit|naive> <file|postgres> <directory|connection string> <provider url> <since> <first> <last>
 *
 * It wants the reports `a-<first>` to `a-<last>` of both sources, all at once, and prints one line of JSON for each end.
 * `naive` is POST, then save the id: what the kill tests have to notice.
 */
import { writeSync } from "node:fs";
import { TransportError } from "@report-kit/http";
import { Pool } from "pg";
import { createReportKit } from "../../src/index.ts";
import type { Journal, Observation, ReportSource, SourceCall } from "../../src/index.ts";
import { fileJournal } from "../../src/node/journal/file-journal.ts";
import { postgresJournal } from "../../src/postgres/postgres-journal.ts";
import { clockSkewMs, createTimeoutMs } from "../../src/source/timing.ts";
import { hurriedClock } from "./clock.ts";
import { visibilityBoundMs } from "./provider.ts";

const [mode, kind, location = "", url = "", since, first, last] = process.argv.slice(2);
const clock = hurriedClock(Number(since));

interface Shown {
  readonly id: string;
  readonly report: string;
  readonly madeAt: number;
  readonly ready: boolean;
}

async function ask(path: string, body?: object): Promise<Shown | undefined | Shown[]> {
  try {
    const response = await fetch(`${url}${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: { worker: String(process.pid) },
      signal: AbortSignal.timeout(clock.real(createTimeoutMs)),
    });
    if (response.status === 404) return undefined;
    return await response.json(); // what the provider of this test shows
  } catch (cause) {
    throw new TransportError({
      code: "network",
      message: "no answer",
      provider: "kills",
      operationId: path,
      maybeSent: true,
      cause,
    });
  }
}

function observe(shown: Shown | undefined | Shown[], echoed?: boolean): Observation {
  if (shown === undefined || Array.isArray(shown)) return { is: "unknown", status: "none", sample: "no report" };
  const more = { reference: shown.id, ...(echoed === undefined ? {} : { echoed }) };
  return shown.ready ? { is: "ready", ...more } : { is: "pending", status: "pending", ...more };
}

function source(tier: "list" | "client-id"): ReportSource<{ report: string }> {
  return {
    id: `kills/${tier}`,
    provider: "kills",
    account: tier,
    origin: "https://kills.invalid",
    profile: { tier, remakes: true, visibilityBoundMs, requestsPerSecond: 1_000 },
    linkHosts: [],
    prepare: ({ report }) => ({ reportType: "kills", request: { report }, identity: { report } }),
    create: async ({ key, request, now }) =>
      observe(await ask(`/${tier}`, { id: key, sentAt: now, ...request }), tier === "client-id" ? true : undefined),
    look: async ({ reference }) => observe(await ask(`/${tier}/${reference}`)),
    find: tier === "list" ? findInList : findById,
    locate: async () => ({ via: "none", reason: "pending", message: "these reports have no files" }),
  };
}

async function findById({ key, echoProven }: SourceCall): Promise<Observation> {
  const shown = await ask(`/client-id/${key}`);
  if (shown !== undefined) return observe(shown, true);
  return echoProven ? { is: "absent" } : { is: "searching", more: false, found: [] };
}

async function findInList({ request, intentAt = 0, belongsToAnotherJob }: SourceCall): Promise<Observation> {
  const shown = await ask("/list");
  for (const one of Array.isArray(shown) ? shown : []) {
    const fits = one.report === request["report"] && one.madeAt >= intentAt - clockSkewMs;
    if (fits && (await belongsToAnotherJob?.(one.id)) !== true) return observe(one);
  }
  return { is: "absent" };
}

function openJournal(): { journal: Journal; close: () => Promise<void> } {
  if (kind === "file") return { journal: fileJournal(location), close: async () => undefined };
  const pool = new Pool({ connectionString: location, max: 4 });
  const query = async (sql: string, params: readonly unknown[]) => (await pool.query(sql, [...params])).rows;
  return { journal: postgresJournal(query), close: () => pool.end() };
}

const { journal, close } = openJournal();
const kit = createReportKit({
  journal,
  platform: {
    now: clock.now,
    setTimeout: (run, delayMs) => setTimeout(run, clock.real(delayMs)),
  },
});

async function get(tier: "list" | "client-id", report: string): Promise<void> {
  const end =
    mode === "naive" ? await postThenSave(tier, report) : await kit.report(source(tier), { report }).outcome();
  writeSync(1, `${JSON.stringify({ tier, report, ...end })}\n`); // at once: a killed process flushes nothing
}

async function postThenSave(tier: string, report: string): Promise<object> {
  const name = `job-${tier}-${report}`;
  if ((await journal.read(name)) !== undefined) return { status: "ready" };
  const shown = await ask(`/${tier}`, { id: name, sentAt: clock.now(), report }).catch(() => undefined);
  if (shown === undefined) return postThenSave(tier, report);
  await journal.write(name, { shown: JSON.stringify(shown) }, 0);
  return { status: "ready" };
}

async function work(): Promise<void> {
  writeSync(1, "started\n");
  const wanted = Array.from({ length: Number(last) - Number(first) + 1 }, (_, place) => `a-${Number(first) + place}`);
  await Promise.all(wanted.flatMap((report) => [get("list", report), get("client-id", report)]));
  await close();
}

void work();
