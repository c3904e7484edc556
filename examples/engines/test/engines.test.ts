import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres } from "../../../packages/report-kit/test/postgres/postgres-server.ts";
import type { PostgresServer } from "../../../packages/report-kit/test/postgres/postgres-server.ts";
import { seededRandom } from "../../../packages/report-kit/test/kills/journal-kills.ts";
import { killAgainAndAgain, killBetweenCreateAndRecord } from "./kill.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres(["-c", "max_connections=300"]);
}, 60_000);

afterAll(() => server.stop());

const soak = process.env["REPORT_KIT_SOAK"] === "1";
const engines = soak ? (["bullmq", "pg-boss", "dbos"] as const) : (["bullmq", "pg-boss"] as const);

describe.concurrent.each(engines)(
  "a worker of %s, killed between the provider's work and its record of it",
  (engine) => {
    test("leaves two reports when the engine's own step asks for them", async () => {
      const aftermath = await killBetweenCreateAndRecord(engine, "naive", server.connectionString);
      expect(aftermath).toMatchObject({ made: 2, creates: 2, violations: [] });
    }, 60_000);

    test("leaves one report, and its file, when the engine drives report-kit's step", async () => {
      const { file, ...aftermath } = await killBetweenCreateAndRecord(engine, "ours", server.connectionString);
      expect(aftermath).toMatchObject({
        made: 1,
        creates: 1,
        outcome: { status: "ready", adopted: true }, // the second worker found what the first one had asked for
        result: { ...file, empty: false },
        violations: [],
      });
      expect(file?.bytes).toBeGreaterThan(1_000);
    }, 60_000);
  },
);

describe.runIf(soak).each(engines)("workers of %s, killed one after another at any moment", (engine) => {
  const seed = Number(process.env["REPORT_KIT_SEED"] ?? Date.now());

  test(`leave one report, and its file (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const livesMs = Array.from({ length: 15 }, () => 200 + random() * 1_800);
    const { file, ...aftermath } = await killAgainAndAgain(engine, server.connectionString, livesMs);
    expect(aftermath).toMatchObject({
      made: 1,
      outcome: { status: "ready" },
      result: { ...file, empty: false },
      violations: [],
    });
  }, 180_000);
});
