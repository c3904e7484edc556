import { readFile } from "node:fs/promises";
import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { startSandbox } from "@report-kit/sandbox";
import { describe, expect, it, onTestFinished } from "vitest";
import { begatewayReports } from "../../src/sources/begateway.ts";
import { circleReports } from "../../src/sources/circle.ts";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { DeliveredFile, Journal, JsonObject, Target } from "../../src/index.ts";
import { releaseReports, settlementReports } from "../../src/sources/mercadopago/mercadopago.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

interface Golden {
  readonly what: string;
  readonly state: JsonObject;
  readonly then: { readonly calls: readonly string[]; readonly status: string; readonly adopted?: boolean };
}
const golden: readonly Golden[] = JSON.parse(await readFile(new URL("job-states.v1.json", import.meta.url), "utf8"));

const pending = { is: "pending", status: "pending", reference: "r-1" } as const;
const ready = { is: "ready", reference: "r-1" } as const;
const scene = (): { source: ReturnType<typeof scriptedSource>; journal: Journal; name: (key: string) => string } => ({
  source: scriptedSource({
    profile: { tier: "list", visibilityBoundMs: 30_000 },
    create: [pending],
    look: [ready],
    find: [pending],
  }),
  journal: memoryJournal(),
  name: (key) => `job-${key}`,
});

describe("a state in a journal", () => {
  it.each(golden)("of version 1 is gone on from in every later version: $what", async ({ state, then }) => {
    const clock = createVirtualClock({ start: "2025-11-20T06:00:00Z" });
    const { source, journal, name } = scene();
    const kit = createReportKit({ journal, platform: clock.platform });
    const job = kit.report(source, { report: "a" });
    await journal.write(name(job.key), state, 0);
    const outcome = await clock.finish(job.outcome());
    expect(outcome).toMatchObject({
      status: then.status,
      ...(then.adopted === undefined ? {} : { adopted: then.adopted }),
    });
    expect(source.calls.map((call) => call.method)).toEqual(then.calls);
  });

  it("of a newer version is refused, never guessed, and nothing is sent", async () => {
    const { source, journal, name } = scene();
    const kit = createReportKit({ journal });
    const job = kit.report(source, { report: "a" });
    await journal.write(name(job.key), { ...golden[1]?.state, v: 2 }, 0);
    await expect(job.outcome()).rejects.toMatchObject({
      name: "JournalError",
      code: "newer-version",
      bookmark: job.bookmark,
    });
    expect(source.calls).toEqual([]);
  });

  it.each([{}, { v: 1 }, { ...golden[1]?.state, phase: "galloping" }, { ...golden[1]?.state, request: null }])(
    "that is none is refused, and nothing is sent: %j",
    async (value) => {
      const { source, journal, name } = scene();
      const job = createReportKit({ journal }).report(source, { report: "a" });
      await journal.write(name(job.key), value, 0);
      await expect(job.outcome()).rejects.toMatchObject({ name: "JournalError", code: "unreadable" });
      expect(source.calls).toEqual([]);
    },
  );

  it("of each of the five sources is 512 bytes at the median, 640 at most, a camt.053 once delivered 512, and holds no secret and no link", async () => {
    const sandbox = await startSandbox({ readyAfterMs: 50 });
    onTestFinished(() => sandbox.close());
    const mercadopago = createMercadopagoClient(sandbox.mercadopago);
    const written: string[] = [];
    const kept = memoryJournal();
    const journal: Journal = {
      ...kept,
      keeps: "durable",
      write(name, value, expected) {
        if (name.startsWith("job-")) written.push(JSON.stringify(value));
        return kept.write(name, value, expected);
      },
    };
    const kit = createReportKit({ journal, requestCostS: 0.01 });
    const week = { from: "2026-10-01", to: "2026-10-07", timeZone: "America/Argentina/Buenos_Aires" };
    const circle = circleReports(createCircleClient(sandbox.circle), { account: "treasury" });
    const monato = monatoReports(createMonatoClient(sandbox.monato));
    const begateway = begatewayReports(createBegatewayClient(sandbox.begateway), { pspId: sandbox.begateway.pspId });
    const jobs = [
      kit.report(circle, { reportType: "camt053", date: "2026-10-19" }),
      kit.report(circle, {
        reportType: "managed_payout_transactions",
        timeframe: "daily",
        date: "2026-10-19",
        clientEntityId: "9b2c1f7e-4d3a-4f8b-bc2a-1e0d5a6c7b88",
      }),
      kit.report(monato, {
        report_type: "MONTHLY_ACCOUNT_STATEMENT",
        operation_date: "2026-09-30",
        clabe_number: sandbox.monatoAccounts[0].clabeNumber,
      }),
      kit.report(begateway, {
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
      kit.report(settlementReports(mercadopago, { account: "marketplace" }), week),
      kit.report(releaseReports(mercadopago, { account: "marketplace" }), week),
    ];
    const outcomes = await Promise.all(jobs.map((job) => job.outcome()));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(jobs.map(() => "ready"));

    expect(written.length).toBeGreaterThanOrEqual(15);
    const sizeOf = (text: string): number => new TextEncoder().encode(text).length;
    const sizes = written.map(sizeOf).toSorted((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(512);
    expect(sizes.at(-1)).toBeLessThanOrEqual(640);

    // Each ends delivered, by the name that it would have in a directory.
    const target: Target<DeliveredFile> = {
      async receive({ fileName, reportType, key, provider, period }) {
        const own = fileName ?? `${reportType}-${key.slice(0, 8)}.csv`;
        const name = provider === "mercadopago" || fileName === undefined ? `${period?.from}_${own}` : own;
        return { name, bytes: 12_345_678, sha256: "5f".repeat(32) };
      },
    };
    await Promise.all(jobs.map((job) => job.deliver(target)));
    const ended = await Promise.all(jobs.map(({ key }) => kept.read(`job-${key}`)));
    const delivered = ended.map((record) => JSON.stringify(record?.value));
    expect(delivered.filter((text) => text.includes('"delivered":{"n":1,'))).toHaveLength(jobs.length);
    const [plain = 0, ...others] = delivered.map(sizeOf);
    process.stdout.write(`job states once delivered: ${plain} bytes of a camt.053, others ${others.join(", ")}\n`);
    expect(plain).toBeLessThanOrEqual(512);
    expect(Math.max(...others)).toBeLessThanOrEqual(760);
    const { circle: c, begateway: b, monato: m, mercadopago: p } = sandbox;
    const bookmarks = jobs.map((job) => atob(job.bookmark.slice(4).replaceAll("-", "+").replaceAll("_", "/")));
    for (const text of [...written, ...bookmarks]) {
      for (const secret of [c.apiKey, b.secretKey, m.apiKey, p.accessToken]) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/https?:|X-Amz|Signature|eyJ/);
    }
  }, 30_000);
});
