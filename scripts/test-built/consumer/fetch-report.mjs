// A user's program: one report through report-kit, from the sandbox, on whatever runtime this is started with.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCircleClient } from "@report-kit/circle";
import { startSandbox } from "@report-kit/sandbox";
import { createReportKit } from "report-kit";
import { circleReports } from "report-kit/circle";
import { fileJournal, toDirectory } from "report-kit/node";

const folder = await mkdtemp(join(tmpdir(), "report-kit-consumer-"));
const sandbox = await startSandbox({ readyAfterMs: 200 });
try {
  const kit = createReportKit({ journal: fileJournal(join(folder, "journal")), requestCostS: 0.01 });
  const source = circleReports(createCircleClient(sandbox.circle), { account: "treasury" });
  const job = kit.report(source, { reportType: "camt053", date: "2026-11-19" });
  const { path, bytes } = await job.download(toDirectory(join(folder, "reports")), { deadlineMs: 30_000 });
  const text = await readFile(path, "utf8");
  console.log(
    JSON.stringify({
      runtime: process.version,
      isWhole: Buffer.byteLength(text) === bytes && text.trimEnd().endsWith("</Document>"),
      made: sandbox.made(),
      violations: sandbox.violations.length,
    }),
  );
} finally {
  await sandbox.close();
  await rm(folder, { recursive: true });
}
