import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox } from "@report-kit/sandbox";
import { Pool } from "pg";
import { fastClock } from "./fast-clock.ts";
import type { Scene } from "./scene.ts";

/** The provider, the database and the disk of one test. */
export interface Setting {
  readonly sandbox: Sandbox;
  readonly scene: Scene;
  /** Creates the provider has seen, whatever came of them. */
  readonly creates: () => number;
  readonly clear: () => Promise<void>;
}

/**
 * Set a scene: a sandbox of its own, on the kit's clock, and a database of its own.
 * @param server the connection string of a PostgreSQL where databases can be made
 */
export async function setScene(server: string): Promise<Setting> {
  const startMs = Date.now();
  const sandbox = await startSandbox({ clock: { now: fastClock(startMs).now }, readyAfterMs: 30_000 });
  const directory = await mkdtemp(join(tmpdir(), "report-kit-engines-"));
  const { baseUrl, accessToken } = sandbox.mercadopago;
  const postgres = await createDatabase(server);
  return {
    sandbox,
    scene: { postgres, mercadopago: { baseUrl, accessToken }, directory, startMs },
    creates: () => sandbox.requests.filter(({ operationId }) => operationId === "createSettlementReport").length,
    async clear() {
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function createDatabase(server: string): Promise<string> {
  const name = `scene_${randomUUID().replaceAll("-", "")}`;
  const pool = new Pool({ connectionString: server, max: 1 });
  await pool.query(`CREATE DATABASE ${name}`);
  await pool.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
