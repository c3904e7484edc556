import { existsSync } from "node:fs";
import { access, constants, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import type { Config } from "../config/config.ts";
import { badInput } from "../cli-error.ts";
import { readConfig } from "../config/config.ts";
import { exitCodes, worstOf } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { failureOf } from "../failure.ts";
import type { Io } from "../io.ts";
import { defaultJournal, isJournalThere, openJournal } from "../journals.ts";
import { createReporter } from "../reporter.ts";
import { probe } from "../probe.ts";
import { oneLine, styled } from "../terminal.ts";
import type { ConfigOptions } from "./fetch-options.ts";
import { defaultTarget } from "./get.ts";

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
  readonly todo?: string | undefined;
  readonly exit?: ExitCode | undefined;
}

export interface DoctorOptions extends ConfigOptions {
  /** Show the configuration that Mercado Pago lacks. */
  readonly fix?: boolean | undefined;
  /** Make it. */
  readonly yes?: boolean | undefined;
}

/** `report-kit doctor`: is everything there for tonight? It reads alone: only `--fix --yes` makes something at a provider. */
export async function doctor(options: DoctorOptions, io: Io): Promise<ExitCode> {
  const reporter = createReporter(io, options);
  const codes: ExitCode[] = [];
  if (options.yes === true && options.fix !== true)
    throw badInput("--yes goes with --fix.", "report-kit doctor --fix shows what it would make.");
  const fix = options.fix !== true ? "none" : options.yes === true ? "make" : "show";
  const write = ({ name, ok, message, todo, exit = exitCodes.needsPerson }: Check): void => {
    if (!ok) codes.push(exit);
    if (reporter.json) return reporter.result("", { line: "check", name, ok, message, todo });
    reporter.text(
      `${ok ? styled(io.out, "green", "ok  ") : styled(io.out, "red", "bad ")} ${name}: ${oneLine(message)}`,
    );
    if (todo !== undefined) reporter.text(`     ${oneLine(todo)}`);
  };
  const config = await readConfig(options.config, io);
  write({
    name: "configuration",
    ok: true,
    message: `${config.file}: ${config.accounts.size} ${config.accounts.size === 1 ? "source" : "sources"}, ${config.series.length} series`,
  });
  write(await checked("journal", () => checkJournal(options.journal ?? config.journal ?? defaultJournal, io)));
  write(await checked("target", () => checkTarget(config, io)));
  for (const [name, account] of config.accounts) {
    if (options.only !== undefined && options.only !== name) continue;
    try {
      for (const check of await probe(account, io, fix)) write({ ...check, name: `${name}, ${check.name}` });
    } catch (error) {
      write(failed(name, error));
    }
  }
  return worstOf(codes);
}

async function checked(name: string, check: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, message: await check() };
  } catch (error) {
    return failed(name, error);
  }
}

function failed(name: string, error: unknown): Check {
  const { message, todo, exit } = failureOf(error);
  // A check has nothing to continue.
  return { name, ok: false, message, todo: exit === exitCodes.temporary ? "Try again later." : todo, exit };
}

/** A record of ours is written, and removed again. A directory that is not there yet is not made. */
async function checkJournal(where: string, io: Io): Promise<string> {
  if (!(await isJournalThere(where, io))) return canBeMade(where, io);
  const { journal, close } = await openJournal(where, io);
  try {
    const name = `doctor-${randomUUID()}`;
    const revision = await journal.write(name, { v: 1 }, 0);
    if (typeof revision === "number") await journal.remove(name, revision);
    return `${where} can be written`;
  } finally {
    await close();
  }
}

/** @throws where the first directory above it that is there can't be written to */
async function canBeMade(path: string, io: Io): Promise<string> {
  let above = dirname(resolve(io.cwd, path));
  while (!existsSync(above)) above = dirname(above);
  try {
    await access(above, constants.W_OK | constants.X_OK);
  } catch {
    throw badInput(
      `${path} is not there, and can't be made: ${above} can't be written to.`,
      "Name another directory, or have this one made.",
    );
  }
  return `${path} is not there yet; the first run makes it`;
}

async function checkTarget(config: Config, io: Io): Promise<string> {
  const directory = resolve(io.cwd, config.to ?? defaultTarget);
  if (!existsSync(directory)) return canBeMade(directory, io);
  const file = join(directory, `.report-kit-doctor-${randomUUID()}`);
  await writeFile(file, "");
  await rm(file);
  return `${directory} can be written`;
}
