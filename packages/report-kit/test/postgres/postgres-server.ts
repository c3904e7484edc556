import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { freePort } from "../support/free-port.ts";
import { runnablePostgres } from "./embedded-postgres.ts";

/** A real PostgreSQL for one test file. */
export interface PostgresServer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** Start a server of its own, with nothing in it. `flags` go to its command line. */
export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const databaseDir = join(tmpdir(), `postgres-${randomUUID()}`);
  const port = await freePort();
  const said: string[] = [];
  const { Server, dispose } = await runnablePostgres();
  const server = new Server({
    databaseDir,
    port,
    password: "password",
    createPostgresUser: process.getuid?.() === 0, // it refuses to run as root, in a container too
    onLog: (message: string) => said.push(message),
    onError: (message: unknown) => said.push(String(message)),
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", ...flags],
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    dispose();
    throw new Error(`PostgreSQL did not start: ${said.join("\n")}`, { cause: error });
  }
  return {
    connectionString: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
      dispose();
    },
  };
}

/** A pool of `max` connections at most, each with its own settings (`-c name=value`). */
export function openPool(server: PostgresServer, max: number, options?: string): Pool {
  const { connectionString } = server;
  const pool = new Pool({ connectionString, max, ...(options === undefined ? {} : { options }) });
  // `pool.end()` returns before its sockets are closed; a server that stops meanwhile tells them so, which is no fault.
  pool.on("error", () => undefined);
  return pool;
}

export { queryOf } from "./query-of.ts";
