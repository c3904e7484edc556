import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres } from "../../../packages/report-kit/test/postgres/postgres-server.ts";
import type { PostgresServer } from "../../../packages/report-kit/test/postgres/postgres-server.ts";
import { killBetweenCreateAndRecord } from "./kill.ts";
import type { Program } from "./kill.ts";
import { freePort, installRestate, startRestate } from "./restate-server.ts";

// Its server is 220 MB: `pnpm test:soak` installs and runs it, `pnpm test` does without.
describe.runIf(process.env["REPORT_KIT_SOAK"] === "1")(
  "a worker of Restate, killed between the provider's work and its record of it",
  () => {
    let server: PostgresServer;

    beforeAll(async () => {
      await installRestate();
      server = await startPostgres();
    }, 300_000);

    afterAll(() => server.stop());

    async function kill(how: "ours" | "naive") {
      const restate = await startRestate();
      try {
        const program: Program = {
          script: new URL("../restate/worker.ts", import.meta.url),
          environment: {
            RESTATE_INGRESS: restate.ingress,
            RESTATE_ADMIN: restate.admin,
            SERVICE_PORT: String(await freePort()),
          },
        };
        return await killBetweenCreateAndRecord("restate", how, server.connectionString, program);
      } finally {
        await restate.stop();
      }
    }

    test("leaves two reports when the engine's own step asks for them", async () => {
      expect(await kill("naive")).toMatchObject({ made: 2, creates: 2, violations: [] });
    }, 120_000);

    test("leaves one report, and its file, when the engine drives report-kit's step", async () => {
      const { file, ...aftermath } = await kill("ours");
      expect(aftermath).toMatchObject({
        made: 1,
        creates: 1,
        outcome: { status: "ready", adopted: true },
        result: { ...file, empty: false },
        violations: [],
      });
      expect(file?.bytes).toBeGreaterThan(1_000);
    }, 120_000);
  },
);
