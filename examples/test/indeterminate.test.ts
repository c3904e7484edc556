import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { startSandbox } from "@report-kit/sandbox";
import { createReportKit } from "report-kit";
import { releaseReports } from "report-kit/mercadopago";
import { fileJournal, toDirectory } from "report-kit/node";
import { createVirtualClock } from "report-kit/testing";
import { expect, it, onTestFinished } from "vitest";
import { lookOnceMore, makeAnother } from "../indeterminate/decide.ts";

it("a job whose create had no answer stays open after another look, and a person's decision has it made again", async () => {
  const clock = createVirtualClock({ start: "2026-11-20T12:00:00Z" });
  const directory = await mkdtemp(join(tmpdir(), "report-kit-indeterminate-"));
  const sandbox = await startSandbox({ clock, readyAfterMs: 0, rows: 2 });
  onTestFinished(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });
  const source = releaseReports(createMercadopagoClient(sandbox.mercadopago), {
    account: "marketplace",
    timeZone: "America/Argentina/Buenos_Aires",
  });
  const kit = createReportKit({ journal: fileJournal(join(directory, "journal")), platform: clock.platform });
  const target = toDirectory(join(directory, "files"));

  // The request is lost before Mercado Pago does anything: no list can prove that of a release report.
  sandbox.fail({ operationId: "createReleaseReport" }, { kind: "reset" });
  const job = kit.report(source, { from: "2026-11-18", to: "2026-11-18" });
  expect(await clock.finish(job.outcome())).toMatchObject({ status: "indeterminate", found: [] });

  const open = await clock.finish(lookOnceMore(kit, [source], target));
  expect([...open.keys()]).toEqual([job.bookmark]);
  expect(open.get(job.bookmark)).toContain("may or may not have been made");
  expect(sandbox.made("mercadopago")).toBe(0);

  await clock.finish(makeAnother(kit, [source], job.bookmark, target));
  expect(sandbox.made("mercadopago")).toBe(1);
  expect((await clock.finish(lookOnceMore(kit, [source], target))).size).toBe(0);
});
