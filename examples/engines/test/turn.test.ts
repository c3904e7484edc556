import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createVirtualClock, startSandbox } from "@report-kit/sandbox";
import type { Sandbox, VirtualClock } from "@report-kit/sandbox";
import { createReportKit, JournalError } from "report-kit";
import type { Journal, ReportFile, ReportJob } from "report-kit";
import { settlementReports } from "report-kit/mercadopago";
import { fileJournal, toDirectory } from "report-kit/node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reportActivities } from "../temporal.ts";
import type { Reports, Turn } from "../turn.ts";

/** What every engine runs, here as Temporal's activity, called by nobody but the test. */
describe("a turn", () => {
  let clock: VirtualClock;
  let sandbox: Sandbox;
  let directory: string;

  beforeEach(async () => {
    clock = createVirtualClock("2026-11-20T08:00:00Z");
    sandbox = await startSandbox({ clock, readyAfterMs: 120_000 });
    directory = await mkdtemp(join(tmpdir(), "report-kit-turn-"));
  });

  afterEach(async () => {
    expect(sandbox.violations).toEqual([]);
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });

  function openReports(changes: { readonly journal?: Journal; readonly accessToken?: string } = {}) {
    const { journal = fileJournal(join(directory, "journal")), accessToken = sandbox.mercadopago.accessToken } =
      changes;
    const client = createMercadopagoClient({ baseUrl: sandbox.mercadopago.baseUrl, accessToken });
    const source = settlementReports(client, { account: "marketplace" });
    const kit = createReportKit({ journal, platform: { now: () => clock.now() } });
    const reports: Reports = { kit, sources: [source], target: toDirectory(join(directory, "out")) };
    const job = kit.report(source, { from: "2026-11-10", to: "2026-11-12", timeZone: "America/Bogota" });
    return { reports, job };
  }

  /** A worker that knows nothing but the bookmark, as after every restart. */
  function turn({ bookmark }: ReportJob, signal = new AbortController().signal): Promise<Turn> {
    const { takeReportTurn } = reportActivities(openReports().reports, () => signal);
    return takeReportTurn(bookmark);
  }

  /** What an engine does: take a turn, keep the appointment, take the next. */
  async function turnsUntilFile(job: ReportJob): Promise<{ readonly turns: number; readonly file: ReportFile }> {
    for (let turns = 1; ; turns += 1) {
      const came = await turn(job);
      if ("file" in came) return { turns, file: came.file };
      if ("ended" in came) throw new Error(came.ended);
      expect(Date.parse(came.again.at)).toBe(clock.now() + came.again.afterMs);
      clock.advance(came.again.afterMs);
    }
  }

  const creates = (): number =>
    sandbox.requests.filter(({ operationId }) => operationId === "createSettlementReport").length;

  test("repeated by a new worker each time brings the file and asks for the report once", async () => {
    const { job } = openReports();
    const { turns, file } = await turnsUntilFile(job);
    expect((await readFile(file.path ?? "")).length).toBe(file.bytes);
    expect(JSON.parse(JSON.stringify(file))).toEqual(file); // an engine can keep it
    expect(turns).toBeGreaterThan(3);
    expect(creates()).toBe(1);
  });

  test("that is taken early, or by eight workers at once, sends no further request", async () => {
    const { job } = openReports();
    await Promise.all(Array.from({ length: 8 }, () => turn(job)));
    expect(sandbox.requests.map(({ operationId }) => operationId)).toEqual(["createSettlementReport"]);
    expect(await turn(job)).toHaveProperty("again");
    expect(sandbox.requests).toHaveLength(1);
  });

  test("ends the job where no retry can bring a file", async () => {
    sandbox.fail({ operationId: "createSettlementReport" }, { kind: "nothing-made" });
    expect(await turn(openReports().job)).toEqual({ ended: expect.stringContaining("made no report (203)") });
    expect(creates()).toBe(1);
  });

  test("ends the job when the credentials are not accepted", async () => {
    const { reports, job } = openReports({ accessToken: "APP_USR-not-this-one" });
    const { takeReportTurn } = reportActivities(reports, () => new AbortController().signal);
    expect(await takeReportTurn(job.bookmark)).toEqual({ ended: expect.stringMatching(/401|credential/i) });
    expect(sandbox.made()).toBe(0);
  });

  test("throws when the journal is out of reach, so that the engine retries, and sends nothing", async () => {
    const { job } = openReports();
    const broken: Journal = {
      ...fileJournal(join(directory, "journal")),
      read: async () => {
        throw new JournalError({ code: "no-table", message: "There is no table." });
      },
    };
    const { takeReportTurn } = reportActivities(openReports({ journal: broken }).reports, () =>
      AbortSignal.timeout(9e6),
    );
    await expect(takeReportTurn(job.bookmark)).rejects.toMatchObject({ name: "JournalError" });
    expect(sandbox.requests).toEqual([]);
  });

  test("throws when its worker lacks the source, as a worker of an older deployment does, and another worker takes the job", async () => {
    const { reports, job } = openReports();
    const { takeReportTurn } = reportActivities({ ...reports, sources: [] }, () => new AbortController().signal);
    await expect(takeReportTurn(job.bookmark)).rejects.toMatchObject({ code: "unknown-source" });
    expect(await turn(job)).toHaveProperty("again");
  });

  test("throws when its worker has to stop, so that another worker takes the job", async () => {
    await expect(turn(openReports().job, AbortSignal.abort("shutting down"))).rejects.toBe("shutting down");
    expect(sandbox.requests).toEqual([]);
  });

  test("throws when an error page came in place of the file, and the next turn brings the file", async () => {
    const { job } = openReports();
    sandbox.fail({ operationId: "downloadSettlementReport" }, { kind: "html", status: 200 });
    const error = await turnsUntilFile(job).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "DownloadError", code: "error-page" });
    expect(await turn(job)).toHaveProperty("file");
    expect(creates()).toBe(1);
  });

  test("throws when the disk fails, and the next turn brings the file once the disk works", async () => {
    const { job } = openReports();
    await writeFile(join(directory, "out"), "a file where the directory should be");
    const error = await turnsUntilFile(job).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "DownloadError", code: "target" });
    await rm(join(directory, "out"));
    expect(await turn(job)).toHaveProperty("file");
  });
});
