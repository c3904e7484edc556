import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createBegatewayClient } from "@report-kit/begateway";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox, SandboxOptions } from "@report-kit/sandbox";
import { createReportKit } from "report-kit";
import type { ReportKit } from "report-kit";
import { begatewayReports } from "report-kit/begateway";
import { fileJournal, toDirectory } from "report-kit/node";
import { createSeries } from "report-kit/series";
import { createVirtualClock } from "report-kit/testing";
import type { VirtualClock } from "report-kit/testing";
import { expect, it, onTestFinished } from "vitest";
import { catchUp } from "../nightly/catch-up.ts";
import { runNight } from "../nightly/two-accounts.ts";

interface Stage {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly kit: ReportKit;
  readonly directory: string;
}

async function openStage(start: string, options: SandboxOptions = {}): Promise<Stage> {
  const clock = createVirtualClock({ start });
  const directory = await mkdtemp(join(tmpdir(), "report-kit-nightly-"));
  const sandbox = await startSandbox({ clock, rows: 2, readyAfterMs: 0, ...options });
  onTestFinished(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });
  const kit = createReportKit({ journal: fileJournal(join(directory, "journal")), platform: clock.platform });
  return { clock, sandbox, kit, directory };
}

it("two accounts at one provider have reports and folders of their own, and the next run sends nothing", async () => {
  const { clock, sandbox, kit, directory } = await openStage("2026-11-20T06:00:00Z");
  const client = createMercadopagoClient(sandbox.mercadopago);
  const night = {
    kit,
    target: toDirectory(join(directory, "files")),
    from: "2026-11-18",
    now: () => clock.now(),
    accounts: [
      { account: "shop", client, timeZone: "America/Argentina/Buenos_Aires" },
      { account: "marketplace", client, timeZone: "America/Sao_Paulo" },
    ],
  };
  expect(await clock.finish(runNight(night))).toEqual([]);
  expect(sandbox.made("mercadopago")).toBe(4);
  const files = await readdir(join(directory, "files"), { recursive: true });
  expect(
    files
      .filter((name) => name.endsWith(".csv"))
      .map((name) => name.replace(/_.*/, ""))
      .toSorted(),
  ).toEqual(
    ["marketplace/2026-11-18", "marketplace/2026-11-19", "shop/2026-11-18", "shop/2026-11-19"].map(
      (name) => `mercadopago-settlement/${name}`,
    ),
  );
  const requests = sandbox.requests.length;
  expect(await clock.finish(runNight(night))).toEqual([]);
  expect(sandbox.requests.length).toBe(requests);
});

it("after 30 days without a run each day is delivered, oldest first, and what expired is made again once", async () => {
  const { clock, sandbox, kit, directory } = await openStage("2026-10-21T01:00:00Z");
  const { pspId } = sandbox.begateway;
  const source = begatewayReports(createBegatewayClient(sandbox.begateway), { pspId, timeZone: "UTC" });
  const series = createSeries({
    kit,
    source,
    request: ({ from }: { readonly from: string }) => ({
      type: "balance_records" as const,
      format: "csv" as const,
      user_id: 1098,
      request_params: { currency: "USD", date_from: `${from}T00:00:00Z`, date_to: `${from}T23:59:59Z` },
    }),
    every: "day",
    timeZone: "UTC",
    from: "2026-10-20",
    retry: { expired: 1 },
    now: () => clock.now(),
  });
  // The report of the first day is made and found ready; then nothing runs for 30 days, and its link is long over.
  const [first] = series.periods();
  expect(first?.from).toBe("2026-10-20");
  const bookmark = (await series.missing())[0]?.bookmark ?? "";
  expect(await clock.finish(kit.resume(bookmark, [source]).outcome())).toMatchObject({ status: "ready" });
  await clock.advance(30 * 86_400_000);

  const lines: string[] = [];
  const target = toDirectory(join(directory, "files"));
  const run = (): Promise<number> => clock.finish(catchUp(series, target, (line) => lines.push(line)));
  expect(await run()).toBe(1);
  expect(lines.slice(0, 2)).toEqual([expect.stringMatching(/^2026-10-20 not-delivered/), "2026-10-21 never-asked"]);
  expect(lines.filter((line) => line.endsWith("never-asked"))).toHaveLength(30);
  expect(lines.filter((line) => line.endsWith("delivered") && !line.includes("not-"))).toHaveLength(30);
  expect(lines.filter((line) => line.startsWith("  "))).toEqual([expect.stringContaining("is no longer there")]);
  const days = sandbox.requests
    .filter(({ origin, method }) => origin === "begateway" && method === "POST")
    .map(({ body }) => /"date_from":"([\d-]+)/.exec(JSON.stringify(body))?.[1]);
  expect(new Set(days.slice(1, 9))).toEqual(new Set(lines.slice(1, 9).map((line) => line.slice(0, 10))));

  // The expired one is made again after an hour, by its next epoch.
  lines.length = 0;
  await clock.advance(3_600_000);
  expect(await run()).toBe(0);
  expect(lines).toEqual([
    expect.stringMatching(/^2026-10-20 expired: beGateway kept the file until/),
    "2026-10-20 delivered",
  ]);
  expect(await series.missing()).toEqual([]);
  expect(sandbox.made("begateway")).toBe(32);
});

it("the configuration of the nightly set is accepted by the command line, and every series of it is missing", async () => {
  const directory = await mkdtemp(join(tmpdir(), "report-kit-configuration-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const text = await readFile(join(import.meta.dirname, "../nightly/report-kit.config.yaml"), "utf8");
  const path = join(directory, "report-kit.config.yaml");
  await writeFile(path, text.replaceAll("/var/lib/reports", directory));
  const bin = join(dirname(fileURLToPath(import.meta.resolve("@report-kit/cli/package.json"))), "dist/bin.js");
  const ended = await new Promise<{ readonly code: unknown; readonly stdout: string }>((resolve) => {
    execFile(process.execPath, [bin, "missing", "--config", path, "--json"], (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    );
  });
  const lines = ended.stdout
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
  const missing = lines.filter(({ line }) => line === "missing");
  expect(new Set(missing.map(({ series }) => series))).toEqual(
    new Set(["treasury/camt053", "shop/settlement", "shop/release", "marketplace/settlement"]),
  );
  expect(ended.code).toBe(75);
});
