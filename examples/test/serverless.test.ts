import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { startSandbox } from "@report-kit/sandbox";
import { createReportKit } from "report-kit";
import { settlementReports } from "report-kit/mercadopago";
import { fileJournal, toConsumer } from "report-kit/node";
import { createVirtualClock } from "report-kit/testing";
import { expect, it, onTestFinished } from "vitest";
import { reportHandler } from "../serverless/handler.ts";
import type { Turn } from "../serverless/handler.ts";

it("a function that is called when it asks for it delivers one report, with a kit of its own at each call and no wait inside", async () => {
  const clock = createVirtualClock({ start: "2026-11-20T12:00:00Z" });
  const directory = await mkdtemp(join(tmpdir(), "report-kit-serverless-"));
  const sandbox = await startSandbox({ clock, readyAfterMs: 20 * 60_000 });
  onTestFinished(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });
  const delivered: string[] = [];
  const target = toConsumer(join(directory, "in"), (file) => void delivered.push(file.deliveryId), {
    removeAfter: true,
  });

  /** A cold start: nothing is left of the call before but the journal. */
  const cold = () => {
    const source = settlementReports(createMercadopagoClient(sandbox.mercadopago), {
      account: "marketplace",
      timeZone: "America/Argentina/Buenos_Aires",
    });
    const kit = createReportKit({ journal: fileJournal(join(directory, "journal")), platform: clock.platform });
    return { kit, source, handler: reportHandler({ kit, sources: [source], target }) };
  };
  const call = async (bookmark: string): Promise<Turn> =>
    clock.finish(cold().handler({ bookmark }, { getRemainingTimeInMillis: () => 60_000 }));

  const { kit, source } = cold();
  const { bookmark } = kit.report(source, { from: "2026-11-18", to: "2026-11-18" });
  const turns: Turn[] = [];
  for (let turn = await call(bookmark); ; turn = await call(bookmark)) {
    turns.push(turn);
    if (turn.status !== "again") break;
    expect(turn.bookmark).toBe(bookmark);
    const wait = Date.parse(turn.at) - clock.now();
    // Every other appointment is kept half-way as well: a turn that comes early sends nothing.
    if (turns.length % 2 === 1 && wait > 2_000) {
      await clock.advance(wait / 2);
      const requests = sandbox.requests.length;
      expect(await call(bookmark)).toMatchObject({ status: "again" });
      expect(sandbox.requests.length).toBe(requests);
    }
    await clock.advance(Math.max(0, Date.parse(turn.at) - clock.now()));
    if (turns.length > 200) throw new Error("no end after 200 turns");
  }
  expect(turns.length).toBeGreaterThan(3);
  expect(turns.at(-1)).toEqual({ status: "delivered", deliveryId: delivered[0] });
  // Once more, as a queue does: nothing is sent, and nothing is handed over.
  const requests = sandbox.requests.length;
  expect(await call(bookmark)).toEqual(turns.at(-1));
  expect(sandbox.requests.length).toBe(requests);
  expect(delivered).toHaveLength(1);
  expect(sandbox.made("mercadopago")).toBe(1);
  expect(await readdir(join(directory, "in"), { recursive: true })).not.toContainEqual(expect.stringMatching(/\.csv$/));
  // A report that ended without a file is for a person, and is no error to try again.
  sandbox.fail({ operationId: "createSettlementReport" }, { kind: "nothing-made" });
  const other = kit.report(source, { from: "2026-11-17", to: "2026-11-17" });
  expect(await call(other.bookmark)).toEqual({ status: "ended", message: expect.stringContaining("203") });
  // So are credentials that are not accepted; a server that fails for a while is asked again later.
  const third = kit.report(source, { from: "2026-11-16", to: "2026-11-16" });
  const mend = sandbox.fail({ operationId: "createSettlementReport" }, { kind: "status", status: 503 }, 5);
  expect(await call(third.bookmark)).toMatchObject({ status: "again" });
  mend();
  const fourth = kit.report(source, { from: "2026-11-15", to: "2026-11-15" });
  sandbox.fail({ operationId: "createSettlementReport" }, { kind: "status", status: 401 }, 5);
  expect(await call(fourth.bookmark)).toMatchObject({ status: "ended" });
});
