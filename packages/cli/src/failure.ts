import {
  ReportDeadlineError,
  ReportIndeterminateError,
  ReportKitError,
  ReportRequestError,
  ProviderError,
} from "report-kit";
import { RequestRefusedError } from "@report-kit/http";
import { CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { isProvider, providers } from "./providers.ts";
import { flagOfMember } from "./report-request.ts";
import { Interruption } from "./io.ts";

/** What went wrong and what to do, for a person and for a program. Holds no secret: the errors of report-kit hold none. */
export interface Failure {
  readonly exit: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly todo?: string | undefined;
  readonly bookmark?: string | undefined;
  /** What the provider's support asks for. */
  readonly requestId?: string | undefined;
}

/** @param bookmark of the job that it happened to, where the error does not name it */
export function failureOf(error: unknown, bookmark?: string): Failure {
  if (error instanceof Interruption) return interrupted(error, bookmark);
  if (error instanceof CommanderError)
    return { exit: exitCodes.badInput, code: "bad-input", message: error.message.replace(/^error: /, "") };
  if (error instanceof CliError) {
    const { exit, code, message, todo } = error;
    return { exit, code, message, todo, bookmark };
  }
  if (ReportRequestError.isInstance(error) || RequestRefusedError.isInstance(error)) {
    return { exit: exitCodes.badInput, code: error.code, message: asOption(error) };
  }
  if (ReportKitError.isInstance(error)) return ofReportKit(error, error.bookmark ?? bookmark);
  const message = error instanceof Error ? error.message : String(error);
  return {
    exit: exitCodes.needsPerson,
    code: "unexpected",
    message,
    todo: "This is a fault of report-kit: please report it with this message.",
    bookmark,
  };
}

function interrupted({ signal, message }: Interruption, bookmark: string | undefined): Failure {
  return {
    exit: signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated,
    code: "interrupted",
    message: `${message}. Nothing is lost: the journal has what was asked for.`,
    todo: "Run the same command again: it continues.",
    bookmark,
  };
}

function ofReportKit(error: ReportKitError, bookmark: string | undefined): Failure {
  const { code, message, retryable } = error;
  const requestId = ProviderError.isInstance(error) ? error.requestId : undefined;
  const about = { code, message, bookmark, requestId };
  if (ProviderError.isInstance(error) && (error.status === 401 || error.status === 403))
    return {
      ...about,
      exit: exitCodes.credentials,
      todo: `Correct ${variablesOf(error.provider)} in the environment, or the variables that the configuration names, and run it again.`,
    };
  if (ReportDeadlineError.isInstance(error))
    return {
      ...about,
      // The last sentence of the error is for a program's author.
      message: message.replace(/ (?:To continue, run the same request again|Run it again, or raise deadlineMs).*$/, ""),
      exit: exitCodes.temporary,
      todo: "Run the same command again: it continues. --deadline 12h waits longer.",
    };
  if (ReportIndeterminateError.isInstance(error))
    return {
      ...about,
      exit: exitCodes.needsPerson,
      todo: "Look at the provider whether the report is there. Run it again to look once more, or with --recreate to accept a possible duplicate.",
    };
  if (retryable) return { ...about, exit: exitCodes.temporary, todo: "Run the same command again: it continues." };
  return { ...about, exit: exitCodes.needsPerson };
}

/** The usual environment variables of a provider's credentials. */
function variablesOf(provider: string): string {
  if (!isProvider(provider)) return "the credentials";
  return providers[provider].credentials.map(({ variable }) => variable).join(" and ");
}

/** The message about a member, with the option that stands for it: `request.date` is `--date`. */
function asOption({
  field,
  expected,
  received,
}: {
  readonly field: string;
  readonly expected: string;
  readonly received: string;
}): string {
  if (field === "bookmark") return `The bookmark: expected ${expected}, got ${received}. Nothing was sent.`;
  // The options of the command line have the same words.
  const wanted = expected
    .replace("allowPartial: true asks", "--allow-partial asks")
    .replaceAll(/\brequest\.\w+/g, (member) => flagOfMember(member));
  const got = received === "undefined" ? "nothing" : received;
  return `${flagOfMember(field)}: expected ${wanted}, got ${got}. Nothing was sent.`;
}

/** The lines of a failure for a person. */
export function failureText({ code, message, todo, bookmark, requestId }: Failure): readonly string[] {
  const facts = [
    ["code", code === "bad-input" ? undefined : code],
    ["request id", requestId],
    ["bookmark", bookmark],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`  ${`${name}:`.padEnd(12)}${value}`]));
  return [message, ...(todo === undefined ? [] : [todo]), ...facts];
}
