import { relative } from "node:path";
import Table from "cli-table3";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox } from "@report-kit/sandbox";
import { createReportKit } from "report-kit";
import type { JobEvent, ReportFile } from "report-kit";
import { fileJournal, toDirectory } from "report-kit/node";
import { listenForNotices } from "./notices.ts";
import { showProgress } from "./progress.ts";
import { demoSources, wantedReports } from "./wanted-reports.ts";
import type { DemoSources, WantedReport } from "./wanted-reports.ts";

/** One report of a run, as it ended. */
export interface FetchedReport extends WantedReport {
  readonly requests: number;
  readonly waitedMs: number;
  readonly file: ReportFile;
}

/** What the demo did. */
export interface DemoResult {
  readonly sandbox: Pick<Sandbox, "requests" | "violations" | "reports">;
  readonly fetched: readonly FetchedReport[];
  /** Reports the providers made in the first run, and in the second, over the same journal. */
  readonly made: readonly [number, number];
}

/**
 * The demo: start the four APIs on localhost, fetch a report of every kind side by side, and do it all again over the
 * same journal to show that nothing is made twice.
 * @param directory holds the journal and the files
 */
export async function runDemo(directory: string, screen: NodeJS.WriteStream): Promise<DemoResult> {
  const sandbox = await startSandbox({ readyAfterMs: (report) => 1_000 + (report.ordinal % 4) * 1_500 });
  try {
    screen.write("\nFirst run: nine reports, four providers, side by side.\n\n");
    const sources = demoSources(sandbox);
    const fetched = await fetchAll(sources, directory, screen);
    const made = sandbox.made();
    screen.write(`\n${table(fetched, directory, screen.columns)}\nThe files lie in ${directory}\n`);

    screen.write("\nSecond run, a new process as far as it knows: the same reports over the same journal.\n\n");
    const again = await fetchAll(sources, directory, screen);
    const madeAgain = sandbox.made() - made;
    const same = again.every(({ file }, index) => file.sha256 === fetched[index]?.file.sha256);
    screen.write(
      `\nThe providers were asked to make ${madeAgain} reports again (${made} in the first run). ` +
        `${same ? "Every file is the same, byte for byte." : "Some files differ: this is a bug."}\n\n`,
    );
    return { sandbox, fetched, made: [made, madeAgain] };
  } finally {
    await sandbox.close();
  }
}

async function fetchAll(
  sources: DemoSources,
  directory: string,
  screen: NodeJS.WriteStream,
): Promise<readonly FetchedReport[]> {
  let onEvent: ((event: JobEvent) => void) | undefined;
  const journal = fileJournal(`${directory}/journal`);
  const kit = createReportKit({
    journal,
    // These reports take seconds, not minutes: a request costs us little.
    requestCostS: 0.2,
    onEvent: (event) => onEvent?.(event),
  });
  const notices = await listenForNotices(kit, sources);
  const wanted = wantedReports(kit, sources, new Date());
  const progress = showProgress(wanted, screen);
  onEvent = (event) => progress.onEvent(event);
  const target = toDirectory(`${directory}/reports`);

  const fetched = await Promise.allSettled(
    wanted.map(async (each): Promise<FetchedReport> => {
      const { key } = each.job;
      try {
        const file = await each.job.download(target, {
          deadlineMs: 60_000,
          onProgress: ({ bytes, totalBytes }) => progress.onBytes(key, bytes, totalBytes),
        });
        const { requests, waitedMs } = await each.job.outcome();
        progress.onFile(key);
        return { ...each, requests, waitedMs, file };
      } catch (error) {
        progress.onError(key, error);
        throw error;
      }
    }),
  );
  progress.close();
  await notices.close();
  return fetched.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

/** What the other columns take. */
const widthBeforePath = 105;

/** @param columns the width of the terminal, where there is one: paths are broken to fit it */
function table(fetched: readonly FetchedReport[], directory: string, columns: number | undefined): string {
  const pathWidth = columns === undefined ? null : Math.max(24, columns - widthBeforePath);
  const rows = new Table({
    colWidths: [null, null, null, null, null, null, null, null, pathWidth],
    wordWrap: true,
    wrapOnWordBoundary: false,
    head: ["provider", "report", "key", "outcome", "requests", "waited", "bytes", "sha256", "path"],
    style: { head: [], border: [], compact: true },
  });
  for (const { provider, report, job, requests, waitedMs, file } of fetched) {
    rows.push([
      provider,
      report,
      `${job.key.slice(0, 8)}…`,
      "ready",
      requests,
      `${(waitedMs / 1_000).toFixed(1)} s`,
      file.bytes,
      `${file.sha256.slice(0, 8)}…`,
      file.path === undefined ? "" : relative(directory, file.path),
    ]);
  }
  return rows.toString();
}
