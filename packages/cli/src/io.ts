/** A stream that the command line writes to. */
export interface Screen {
  write(text: string): unknown;
  /** A terminal, where one line can be written over. */
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False where NO_COLOR is set or the terminal has none. */
  hasColors?(): boolean;
}

/** What a command takes from the world around it: a test passes its own. */
export interface Io {
  /** Results: paths, tables, JSON lines. */
  readonly out: Screen;
  /** Progress, questions of a person, errors. */
  readonly err: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Paths are relative to it. */
  readonly cwd: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What a request costs, in seconds of waiting: next to nothing where the API is a sandbox. Default: report-kit's own. */
  readonly requestCostS?: number | undefined;
  /** Aborted with an `Interruption` by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** The reason of an abort by a signal of the system. */
export class Interruption extends Error {
  readonly signal: "SIGINT" | "SIGTERM";

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`ended by ${signal}`);
    this.signal = signal;
  }
}
