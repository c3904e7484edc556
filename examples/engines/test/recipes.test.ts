import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres } from "../../../packages/report-kit/test/postgres/postgres-server.ts";
import type { PostgresServer } from "../../../packages/report-kit/test/postgres/postgres-server.ts";
import { startBullmq } from "./running-bullmq.ts";
import { startDbos } from "./running-dbos.ts";
import type { StartEngine } from "./running-engine.ts";
import { startPgBoss } from "./running-pg-boss.ts";
import { openStage } from "./scene.ts";
import type { Stage } from "./scene.ts";
import { setScene } from "./scene-setting.ts";
import type { Setting } from "./scene-setting.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);

afterAll(() => server.stop());

const engines: readonly (readonly [string, StartEngine])[] = [
  ["bullmq", startBullmq],
  ["pg-boss", startPgBoss],
  ["dbos", startDbos],
];

describe.each(engines)("a worker of %s", (_name, start) => {
  test("asks once for a report that is handed over twice", async () => {
    await withEngine(start, async ({ setting, stage, handOver, ended }) => {
      await Promise.all([handOver(stage.job), handOver(stage.job)]);
      const result = await ended(stage.job);
      expect(result).toMatchObject({ path: expect.any(String), empty: false });
      const { path, bytes } = result as { path: string; bytes: number }; // as asserted
      expect((await readFile(path)).length).toBe(bytes);
      expect(setting.creates()).toBe(1);
    });
  }, 30_000);

  test("does not retry a job that can't succeed, and keeps the reason", async () => {
    await withEngine(start, async ({ setting, stage, handOver, ended }) => {
      setting.sandbox.fail({ operationId: "createSettlementReport" }, { kind: "nothing-made" });
      await handOver(stage.job);
      await expect(ended(stage.job)).rejects.toThrow("made no report (203)");
      expect(setting.creates()).toBe(1);
    });
  }, 30_000);
});

interface Play extends Awaited<ReturnType<StartEngine>> {
  readonly setting: Setting;
  readonly stage: Stage;
}

async function withEngine(start: StartEngine, play: (play: Play) => Promise<void>): Promise<void> {
  const setting = await setScene(server.connectionString);
  const stage = await openStage(setting.scene);
  const engine = await start(stage, setting.scene.postgres, false);
  try {
    await play({ setting, stage, ...engine });
    expect(setting.sandbox.violations).toEqual([]);
  } finally {
    await engine.stop();
    await stage.close();
    await setting.clear();
  }
}
