import { exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";

/** An error of the command line itself: what is wrong, and what to do. */
export class CliError extends Error {
  /** A stable word for programs. */
  readonly code: string;
  readonly exit: ExitCode;
  /** What to do, in whole sentences. */
  readonly todo: string | undefined;

  constructor(details: {
    readonly code: string;
    readonly message: string;
    readonly todo?: string | undefined;
    readonly exit?: ExitCode | undefined;
  }) {
    super(details.message);
    this.code = details.code;
    this.exit = details.exit ?? exitCodes.badInput;
    this.todo = details.todo;
  }
}

/** Bad input: an option or a field of the configuration. */
export function badInput(message: string, todo?: string): CliError {
  return new CliError({ code: "bad-input", message, todo });
}

/** Text of an argument as an error shows it: of one line, and short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
