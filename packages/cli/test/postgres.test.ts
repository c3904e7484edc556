import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSandbox } from "@report-kit/sandbox";
import type { Sandbox } from "@report-kit/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startPostgres } from "../../report-kit/test/postgres/postgres-server.ts";
import type { PostgresServer } from "../../report-kit/test/postgres/postgres-server.ts";
import { emptyDirectory, reaching, run } from "./cli.ts";

let sandbox: Sandbox;
let server: PostgresServer;
beforeAll(async () => {
  [sandbox, server] = await Promise.all([startSandbox({ readyAfterMs: 0, seed: "postgres" }), startPostgres()]);
});
afterAll(() => Promise.all([sandbox.close(), server.stop()]));

const now = Date.parse("2026-11-20T14:00:00Z");
const inPostgres = ["--journal", "postgres:DATABASE_URL"];

it("keeps the journal of get, run, missing, jobs and resume in PostgreSQL, where every machine finds it", async () => {
  const env = { ...reaching(sandbox), DATABASE_URL: server.connectionString };
  const config = `journal: postgres:DATABASE_URL
from: 2026-11-18
sources:
  treasury: { provider: circle, series: [{ reportType: camt053 }] }
`;
  const machine = (): string => {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, "report-kit.config.yaml"), config);
    return cwd;
  };
  expect((await run(["missing"], { cwd: machine(), env, now })).code).toBe(75);
  const first = await run(["run"], { cwd: machine(), env, now });
  expect([first.code, first.out.trimEnd().split("\n").length]).toEqual([0, 2]);
  const requests = sandbox.requests.length;
  const second = await run(["run"], { cwd: machine(), env, now });
  expect([second.code, second.out, sandbox.requests.length]).toEqual([0, "", requests]);
  expect((await run(["missing"], { cwd: machine(), env, now })).code).toBe(0);

  const got = await run(["get", "circle", "--report-type", "camt053", "--date", "2026-11-17", ...inPostgres], { env });
  expect(got.code).toBe(0);
  const listed = await run(["jobs", "list", "--json"], { cwd: machine(), env });
  const keys = listed.out
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { job: { key: string } }).job.key); // the schema's test has its shape
  expect(keys.length).toBe(3);
  const [key = ""] = keys;
  expect((await run(["jobs", "show", key], { cwd: machine(), env })).out).toContain(key);
  expect((await run(["resume", key], { cwd: machine(), env })).code).toBe(0);
  expect(sandbox.made("circle")).toBe(3);
  const pruned = await run(["jobs", "prune", "--ended-before", "1s"], {
    cwd: machine(),
    env,
    now: Date.now() + 3_600_000,
  });
  expect([pruned.code, pruned.out]).toEqual([0, "Removed: 3\n"]);
});

it.each([
  ["a wrong password", () => server.connectionString.replace(":password@", ":hunter2@"), 77, "password"],
  ["a database that is not there", () => server.connectionString.replace(/postgres$/, "nowhere"), 1, "nowhere"],
  ["no server", () => "postgres://a:hunter2@127.0.0.1:9/x", 75, "can't be reached"],
  [
    "an address of something else",
    () => "mysql://a:hunter2@127.0.0.1/x",
    2,
    "DATABASE_URL is not the address of a PostgreSQL",
  ],
  ["text that is no address", () => "hunter2", 2, "DATABASE_URL is not the address of a PostgreSQL"],
  ["an empty variable", () => "", 77, "DATABASE_URL is not set"],
])(
  "a journal in PostgreSQL with %s is refused with what to do, and without the password",
  async (_, address, code, text) => {
    const { code: exit, out, err } = await run(["jobs", "list", ...inPostgres], { env: { DATABASE_URL: address() } });
    expect([exit, out, err]).toEqual([code, "", expect.stringContaining(text)]);
    expect(err).not.toContain("hunter2");
  },
);
