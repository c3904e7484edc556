import { onAbort } from "@report-kit/http";
import { ReportDeadlineError, ReportRequestError } from "../errors.ts";
import { nextLook } from "./schedule.ts";
import { processTimer } from "./timer.ts";
import type { Timer } from "./timer.ts";

/** What one look gets. */
export interface PollContext {
  /** Aborts when the caller does, and at the deadline. */
  readonly signal: AbortSignal;
  /** 1 for the first look. */
  readonly attempt: number;
  /** Milliseconds since `startedAt`. */
  readonly ageMs: number;
}

/** What one look found. `retryAfterMs` is what the provider asked for: a floor for the next look. */
export type PollResult<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly retryAfterMs?: number | undefined };

/** How to poll; everything is optional. */
export interface PollOptions {
  /** Ends the wait: it rejects with the signal's reason within milliseconds, whatever the look under way does. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now after which not to look any more. Default: none. */
  readonly deadlineMs?: number | undefined;
  /** What a request costs, in seconds of waiting: with 4 (the default), one request fewer is worth being 4 s later. */
  readonly requestCostS?: number | undefined;
  /** Epoch milliseconds: when the operation began. Default now; say it when going on with a wait begun elsewhere. */
  readonly startedAt?: number | undefined;
  /**
   * Whether to go on after an error that a look threw: it counts as a look without an answer, waits back off, and a
   * `retryAfterMs` on the error is heeded. Default: no error is; the first one ends the wait.
   */
  readonly isRetryable?: ((error: unknown) => boolean) | undefined;
  /** Let the process exit while waiting. Default false. */
  readonly unref?: boolean | undefined;
  /** Called before each wait: how long, and why. */
  readonly onWait?: ((wait: { readonly afterMs: number; readonly why: string }) => void) | undefined;
  /** A number in [0, 1) for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** The clock to wait by. Default the process's one timer. */
  readonly timer?: Timer | undefined;
}

const pollOptions = {
  signal: "object",
  deadlineMs: "number",
  requestCostS: "number",
  startedAt: "number",
  isRetryable: "function",
  unref: "boolean",
  onWait: "function",
  random: "function",
  timer: "object",
} satisfies Record<keyof PollOptions, string>;

/**
 * Look until it is done, at the times that cost least: the waiting of a report job alone, for any call. The first look
 * comes after a first wait (about 12 s at the default cost), because what was only just asked for is seldom there.
 *
 * @throws ReportDeadlineError once no further look fits before the deadline: at the deadline while a look is under way,
 * and at once when a provider asks to be left alone for longer. The signal's reason after an abort. What `look` throws,
 * unless `isRetryable` says otherwise.
 */
export async function poll<T>(
  look: (context: PollContext) => Promise<PollResult<T>>,
  options: PollOptions = {},
): Promise<T> {
  for (const [name, value] of Object.entries(options)) {
    const expected =
      pollOptions[name as keyof PollOptions] ?? `an option of poll: ${Object.keys(pollOptions).join(", ")}`; // or no such name
    const received = typeof value;
    if (value !== undefined && received !== expected) throw new ReportRequestError({ field: name, expected, received });
  }
  options.signal?.throwIfAborted();
  const { timer = processTimer } = options;
  const wait: Wait = {
    options,
    timer,
    startedAt: options.startedAt ?? timer.now(),
    deadlineAt: timer.now() + (options.deadlineMs ?? Infinity),
    attempt: 0,
    failures: 0,
    hintMs: undefined,
    cause: undefined,
  };
  for (;;) {
    // Ten thousand waits stand here at once: all they hold is `wait`.
    await untilNextLook(wait);
    const result = await lookOnce(look, wait);
    if (result.done) return result.value;
  }
}

type Look<T> = (context: PollContext) => Promise<PollResult<T>>;

/** One poll under way. */
interface Wait {
  readonly options: PollOptions;
  readonly timer: Timer;
  readonly startedAt: number;
  readonly deadlineAt: number;
  attempt: number;
  /** Looks in a row without an answer, and the last one's error. */
  failures: number;
  cause: unknown;
  /** What the provider asked for in its last answer. */
  hintMs: number | undefined;
}

/** @throws ReportDeadlineError when no further look fits before the deadline; the signal's reason once it aborts. */
function untilNextLook({ options, timer, startedAt, deadlineAt, failures, cause, hintMs }: Wait): Promise<void> {
  const nowMs = timer.now();
  const next = nextLook({
    ageMs: Math.max(0, nowMs - startedAt),
    random: options.random ?? Math.random,
    failures,
    deadlineInMs: deadlineAt - nowMs,
    hintMs,
    requestCostS: options.requestCostS,
  });
  if (nowMs + next.afterMs >= deadlineAt) throw deadlineError(cause);
  options.onWait?.(next);
  return timer.wait(nowMs + next.afterMs, options);
}

/** Look, and write down in `wait` what came of it. */
async function lookOnce<T>(look: Look<T>, wait: Wait): Promise<PollResult<T>> {
  const { options } = wait;
  wait.attempt += 1;
  try {
    const result = await settling(look, wait);
    wait.hintMs = result.done ? undefined : result.retryAfterMs;
    wait.failures = 0;
    wait.cause = undefined;
    return result;
  } catch (error) {
    const ours = options.signal?.aborted === true || ReportDeadlineError.isInstance(error);
    if (ours || options.isRetryable?.(error) !== true) throw error;
    wait.hintMs = (error as { retryAfterMs?: number } | null)?.retryAfterMs; // a ProviderError's, or anything's like it
    wait.failures += 1;
    wait.cause = error;
    return { done: false };
  }
}

/** Run one look, but settle at an abort or the deadline even if it does not. Leaves neither listener nor wait behind. */
function settling<T>(look: Look<T>, wait: Wait): Promise<PollResult<T>> {
  const { timer, deadlineAt, startedAt, attempt, options } = wait;
  const { signal, unref } = options;
  const ageMs = Math.max(0, timer.now() - startedAt);
  const ended = new AbortController();
  const settled = new AbortController();
  return new Promise<PollResult<T>>((resolve, reject) => {
    const leave = (): void => {
      settled.abort();
      unfollow?.();
    };
    const end = (reason: unknown): void => {
      leave();
      reject(reason);
      ended.abort(reason);
    };
    const unfollow = signal && onAbort(signal, () => end(signal.reason));
    if (deadlineAt < Infinity) {
      timer.wait(deadlineAt, { signal: settled.signal, unref }).then(
        () => end(deadlineError(undefined)),
        () => {},
      );
    }
    // A look that throws before it returns a promise is a rejection like any other.
    void Promise.resolve({ signal: ended.signal, attempt, ageMs }).then(look).then(resolve, reject).finally(leave);
  });
}

function deadlineError(cause: unknown): ReportDeadlineError {
  return new ReportDeadlineError({
    message: "The deadline passed before it was done: call poll again with the same startedAt to go on waiting.",
    cause,
  });
}
