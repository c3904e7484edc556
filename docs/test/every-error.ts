/** Prints an error of each kind, as docs/reference/errors.md shows them: the messages are the code's own. No network, no waiting. */
import { createCircleClient } from "@report-kit/circle";
import { createReportKit, memoryJournal, ReportKitError, TransportError } from "report-kit";
import type { Observation } from "report-kit";
import { circleReports } from "report-kit/circle";
import { toStream } from "report-kit/download";
import { fileJournal } from "report-kit/node";
import { createVirtualClock, scriptedSource } from "report-kit/testing";
import type { Script } from "report-kit/testing";

const clock = createVirtualClock();

/** A job over a scripted provider, downloaded in virtual time. */
async function download(script: Script, deadlineMs?: number): Promise<void> {
  const kit = createReportKit({
    journal: memoryJournal(),
    platform: {
      ...clock.platform,
      fetch: async () => new Response("<html>Bad gateway</html>", { headers: { "content-type": "text/html" } }),
    },
  });
  const source = scriptedSource({ account: "main", ...script });
  const job = kit.report(source, { report: "2026-11-19" });
  await clock.finish(job.download(toStream(new WritableStream()), deadlineMs === undefined ? {} : { deadlineMs }));
}

/** What the Circle API would answer. */
function circleAnswering(answer: () => Promise<Response>) {
  const client = createCircleClient({ apiKey: "secret", environment: "production", fetch: answer });
  return circleReports(client, { account: "treasury" });
}

const pending: Observation = { is: "pending", status: "pending", reference: "42" };
const ready: Observation = { is: "ready", reference: "42" };
const lost = new TransportError({
  code: "timeout",
  message: "no answer",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});
const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform });
const camt053 = { reportType: "camt053", date: "2026-11-18" } as const;

const cases: readonly (() => unknown)[] = [
  () =>
    kit.report(
      circleAnswering(async () => new Response()),
      { ...camt053, date: "2026-02-30" },
    ),
  () =>
    kit
      .report(
        circleAnswering(async () => Response.json({ code: 401, message: "Malformed authorization." }, { status: 401 })),
        camt053,
      )
      .outcome(),
  () => download({ create: [{ is: "failed", code: "failed", message: "The provider gives no reason." }] }),
  () => download({ create: [{ is: "refused", code: "nothing-made", message: "There is nothing to report." }] }),
  () => download({ create: [{ is: "expired", message: "It was kept for 72 hours." }] }),
  () => download({ create: [pending], look: [pending] }, 60_000),
  () =>
    download({
      profile: { tier: "list" },
      create: [lost],
      find: [{ is: "searching", more: false, found: [{ reference: "41", status: "pending" }] }],
    }),
  () => download({ create: [ready], locate: { via: "link", url: "https://files.example.com/report.csv?signature=x" } }),
  () => download({ create: [ready], locate: { via: "link", url: "https://s3.amazonaws.com/report.csv?signature=x" } }),
  () =>
    createReportKit({ journal: fileJournal("/dev/null/reports") })
      .report(scriptedSource({ account: "main" }), { report: "2026-11-19" })
      .outcome(),
];

for (const run of cases) {
  try {
    await run();
    throw new Error("no error");
  } catch (error) {
    if (!ReportKitError.isInstance(error)) throw error;
    console.log(`${error.name} ${error.code}, during ${error.phase}\n  ${error.message}`);
  }
}
