import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { startSandbox } from "@report-kit/sandbox";
import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { ReportJob } from "../../src/index.ts";
import { toDirectory } from "../../src/node/index.ts";
import { begatewayReports } from "../../src/sources/begateway.ts";
import { circleReports } from "../../src/sources/circle.ts";
import { settlementReports } from "../../src/sources/mercadopago/mercadopago.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const script = join(import.meta.dirname, "one-of-each.sh");

/** Windows has curl and neither sh nor sha256sum, and a small image may have no curl. */
function missing(): string | undefined {
  try {
    execFileSync("sh", ["-c", "command -v curl && command -v sha256sum && command -v sed"]);
    return undefined;
  } catch {
    return "there is no sh with curl, sed and sha256sum";
  }
}

it("curl gets the same file of each provider: the same SHA-256 by a client that is not ours", async ({ skip }) => {
  const reason = missing();
  if (reason !== undefined) skip(reason);
  const sandbox = await startSandbox({ readyAfterMs: 0 });
  try {
    const { circle, begateway, monato, mercadopago } = sandbox;
    const kit = createReportKit({ journal: memoryJournal(), requestCostS: 0.01 });
    const day = { from: "2026-11-19", to: "2026-11-19", timeZone: "America/Argentina/Buenos_Aires" };
    const jobs = {
      circle: kit.report(circleReports(createCircleClient(circle), { account: "treasury" }), {
        reportType: "camt053",
        date: "2026-11-19",
      }),
      begateway: kit.report(begatewayReports(createBegatewayClient(begateway), { pspId: begateway.pspId }), {
        type: "balance_records",
        format: "xlsx",
        user_id: 1098,
        request_params: {
          currency: "USD",
          shop_id: 1673,
          date_from: "2026-01-01T00:00:00.000000+03:00",
          date_to: "2026-10-30T23:59:59.999999+03:00",
        },
      }),
      monato: kit.report(monatoReports(createMonatoClient(monato)), {
        report_type: "DAILY",
        operation_date: "2026-11-19",
      }),
      mercadopago: kit.report(settlementReports(createMercadopagoClient(mercadopago), { account: "marketplace" }), day),
    } satisfies Record<string, ReportJob>;
    const directory = await temporaryDirectory();
    const ours: string[] = [];
    for (const [provider, job] of Object.entries(jobs)) {
      const { sha256 } = await job.download(toDirectory(join(directory, provider)));
      ours.push(`${provider} ${sha256}`);
    }
    const reference = async (job: ReportJob): Promise<string> => {
      const outcome = await job.outcome();
      return outcome.status === "ready" ? outcome.reference : outcome.status;
    };
    const { stdout } = await promisify(execFile)("sh", [script], {
      env: {
        PATH: process.env["PATH"],
        CIRCLE_BASE_URL: circle.baseUrl,
        CIRCLE_API_KEY: circle.apiKey,
        BEGATEWAY_BASE_URL: begateway.baseUrl,
        BEGATEWAY_PSP_ID: begateway.pspId,
        BEGATEWAY_SECRET_KEY: begateway.secretKey,
        BEGATEWAY_REPORT_ID: await reference(jobs.begateway),
        MONATO_BASE_URL: monato.baseUrl,
        MONATO_CLIENT_ID: monato.clientId,
        MONATO_API_KEY: monato.apiKey,
        MERCADOPAGO_BASE_URL: mercadopago.baseUrl,
        MERCADOPAGO_ACCESS_TOKEN: mercadopago.accessToken,
        MERCADOPAGO_TASK_ID: await reference(jobs.mercadopago),
      },
    });
    expect(stdout.trimEnd().split("\n")).toEqual(ours);
    expect(new Set(ours).size).toBe(4);
    expect(sandbox.violations).toEqual([]);
  } finally {
    await sandbox.close();
  }
});
