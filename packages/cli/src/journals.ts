import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { JournalError } from "report-kit";
import type { Journal } from "report-kit";
import { fileJournal } from "report-kit/node";
import { badInput, CliError } from "./cli-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** Where the jobs are kept when nobody says. */
export const defaultJournal = ".reports";

/** A journal, and how to let go of it. */
export interface OpenJournal {
  readonly journal: Journal;
  readonly close: () => Promise<void>;
}

/**
 * Is there anything at the place? A command that only looks makes no directory. A database is asked, and has its answer.
 * @param where as `openJournal` takes it
 */
export async function isJournalThere(where: string, { cwd }: Io): Promise<boolean> {
  if (/^postgres(?:ql)?:/.test(where)) return true;
  return stat(resolve(cwd, where)).then(
    () => true,
    (error: unknown) => !(error instanceof Error && "code" in error && error.code === "ENOENT"),
  );
}

/**
 * @param where a directory, or `postgres:NAME`: the environment variable with the address of a PostgreSQL database
 * @throws CliError
 */
export async function openJournal(where: string, io: Io): Promise<OpenJournal> {
  if (/^postgres(?:ql)?:\/\//.test(where))
    throw badInput(
      "The journal is an address of PostgreSQL, which may hold a password.",
      "Put the address into an environment variable, and name that: postgres:DATABASE_URL.",
    );
  const variable = /^postgres:(\w+)$/.exec(where)?.[1];
  if (variable === undefined) return { journal: fileJournal(resolve(io.cwd, where)), close: async () => {} };
  const connectionString = io.env[variable] ?? "";
  if (connectionString === "")
    throw new CliError({
      code: "no-credentials",
      exit: exitCodes.credentials,
      message: `The journal: ${variable} is not set in the environment.`,
      todo: "Set it to the address of the database, such as postgres://reports@db.example.com/reports.",
    });
  if (!/^postgres(?:ql)?:\/\//.test(connectionString) || !URL.canParse(connectionString))
    throw badInput(
      `The journal: ${variable} is not the address of a PostgreSQL database.`,
      "It has the form postgres://user:password@host:5432/database. Write a special character of the password as %40 and the like.",
    );
  const { postgresJournal } = await import("report-kit/postgres");
  const pool = await openPool(connectionString);
  const journal = postgresJournal(async (sql, params) => (await pool.query(sql, [...params])).rows);
  try {
    await journal.migrate();
  } catch (error) {
    await pool.end();
    throw isLoginRefused(error)
      ? new CliError({
          code: "no-credentials",
          exit: exitCodes.credentials,
          message: error.message,
          todo: `They are in ${variable}.`,
        })
      : error;
  }
  return { journal, close: () => pool.end() };
}

/** SQLSTATE class 28: the user or the password is not accepted. */
function isLoginRefused(error: unknown): error is JournalError {
  if (!JournalError.isInstance(error)) return false;
  const { cause } = error;
  return cause instanceof Error && "code" in cause && String(cause.code).startsWith("28");
}

/** What we use of `pg`, which a user of PostgreSQL installs beside the command line. */
interface Pool {
  query(sql: string, params: unknown[]): Promise<{ readonly rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

async function openPool(connectionString: string): Promise<Pool> {
  try {
    const { default: pg } = await import("pg");
    return new pg.Pool({ connectionString });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    throw badInput(
      "A journal in PostgreSQL needs the package pg.",
      "Install it beside the command line: npm install pg.",
    );
  }
}
