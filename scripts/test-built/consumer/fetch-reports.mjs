// A user's program: a report of each source through report-kit, from the sandbox, on whatever runtime this is started with.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { startSandbox } from "@report-kit/sandbox";
import { createReportKit } from "report-kit";
import { begatewayReports } from "report-kit/begateway";
import { circleReports } from "report-kit/circle";
import { releaseReports, settlementReports } from "report-kit/mercadopago";
import { monatoReports } from "report-kit/monato";
import { fileJournal, toDirectory } from "report-kit/node";

const folder = await mkdtemp(join(tmpdir(), "report-kit-consumer-"));
const sandbox = await startSandbox({ readyAfterMs: 200 });
const { circle, begateway, monato, mercadopago } = sandbox;
const week = { from: "2026-11-01", to: "2026-11-07", timeZone: "America/Argentina/Buenos_Aires" };
const balances = {
  type: "balance_records",
  format: "xlsx",
  user_id: 7,
  request_params: { currency: "EUR", date_from: "2026-11-01T00:00:00Z", date_to: "2026-11-02T00:00:00Z" },
};
try {
  const kit = createReportKit({ journal: fileJournal(join(folder, "journal")), requestCostS: 0.01 });
  const account = { account: "treasury" };
  const marketplace = createMercadopagoClient(mercadopago);
  const jobs = [
    kit.report(circleReports(createCircleClient(circle), account), { reportType: "camt053", date: "2026-11-19" }),
    kit.report(begatewayReports(createBegatewayClient(begateway), { pspId: begateway.pspId }), balances),
    kit.report(monatoReports(createMonatoClient(monato)), { report_type: "DAILY", operation_date: "2026-11-19" }),
    kit.report(settlementReports(marketplace, account), week),
    kit.report(releaseReports(marketplace, account), week),
  ];
  const target = toDirectory(join(folder, "reports"));
  const files = await Promise.all(jobs.map((job) => job.download(target, { deadlineMs: 30_000 })));
  const contents = await Promise.all(files.map(({ path }) => readFile(path)));
  console.log(
    JSON.stringify({
      areVerified: files.map(
        ({ bytes, sha256 }, index) =>
          bytes > 0 &&
          bytes === contents[index].byteLength &&
          sha256 === createHash("sha256").update(contents[index]).digest("hex"),
      ),
      made: sandbox.made(),
      violations: sandbox.violations.length,
    }),
  );
} finally {
  await sandbox.close();
  await rm(folder, { recursive: true });
}
