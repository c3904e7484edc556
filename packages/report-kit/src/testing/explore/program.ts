import { TransportError } from "@report-kit/http";
import { JournalError } from "../../errors.ts";
import type { JsonObject, JsonValue } from "../../json.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Timer } from "../../waiting/timer.ts";
import { frameStart } from "./frame.ts";
import type { ExploredAsk } from "./scenario.ts";

/** What running code awaits. */
export type Awaited =
  | { readonly do: "read"; readonly name: string }
  | { readonly do: "write"; readonly name: string; readonly value: JsonObject; readonly expected: number }
  | { readonly do: "remove"; readonly name: string; readonly expected: number }
  | { readonly do: "list"; readonly prefix: string }
  | {
      readonly do: "ask";
      readonly what: "create" | "look" | "find" | "deliver";
      readonly request: JsonObject;
      readonly left: boolean;
    }
  /** `renews`: a lease, while work goes on. Any other timer is slept on. */
  | { readonly do: "timer"; readonly at: number; readonly renews: boolean };

/** What an await comes to. `leaves`: a create goes on its way, unless its `onDeparture` throws. */
export type Answer = { readonly gives: JsonValue } | { readonly lost: true } | { readonly leaves: true };

/** One await that has come to something. */
export interface Answered {
  /** Which await, in the order in which the code came to them. */
  readonly place: number;
  readonly answer: Answer;
  /** Milliseconds since the code began, on its worker's clock. */
  readonly atMs: number;
}

/** What code under exploration reaches the outside by. */
export interface ProgramTools {
  readonly journal: Journal;
  readonly timer: Timer;
  readonly now: () => number;
  readonly ask: ExploredAsk;
}

/** Code under exploration. It is deterministic, given its answers. @returns what it came to */
export type Program = (tools: ProgramTools) => Promise<JsonObject>;

/** Code that stands still at its awaits. */
export interface Running {
  readonly open: () => ReadonlyMap<number, Awaited>;
  readonly end: () => JsonObject | undefined;
  /** Whether it has read the clock since its last await. */
  readonly hasReadClock: () => boolean;
  /** Let one await come to something, and run the code until it stands still again. */
  readonly resume: (answered: Answered) => Promise<void>;
}

interface Opened {
  awaited: Awaited;
  readonly settle: (value: JsonValue) => void;
  readonly fail: (error: unknown) => void;
  readonly onDeparture?: (() => void) | undefined;
}

/** @param settle lets promises run out */
export async function runProgram(program: Program, settle: () => Promise<void>): Promise<Running> {
  const open = new Map<number, Opened>();
  let count = 0;
  let time = frameStart;
  let hasReadClock = false;
  let end: JsonObject | undefined;

  function opens(awaited: Awaited, onDeparture?: () => void, signal?: AbortSignal): Promise<JsonValue> {
    const place = count;
    count += 1;
    return new Promise((resolve, fail) => {
      open.set(place, { awaited, settle: resolve, fail, onDeparture });
      signal?.addEventListener("abort", () => open.delete(place) && fail(signal.reason));
    });
  }

  function now(): number {
    hasReadClock = true;
    return time;
  }

  const journal: Journal = {
    keeps: "durable",
    async read(name) {
      const record = await opens({ do: "read", name });
      return record === null ? undefined : (record as unknown as { revision: number; value: JsonObject }); // what the explorer gives
    },
    async write(name, value, expected) {
      // As text, like any journal: what is written can't change afterwards.
      const written = await opens({ do: "write", name, value: JSON.parse(JSON.stringify(value)), expected });
      return typeof written === "number" ? written : undefined;
    },
    async remove(name, expected) {
      return (await opens({ do: "remove", name, expected })) === true;
    },
    async *list(prefix) {
      const names = await opens({ do: "list", prefix });
      if (Array.isArray(names)) for (const name of names) yield String(name);
    },
  };
  const timer: Timer = {
    waiting: 0,
    now,
    async wait(at, { signal, unref = false } = {}) {
      signal?.throwIfAborted();
      await opens({ do: "timer", at, renews: unref }, undefined, signal);
    },
  };
  const ask: ExploredAsk = (what, request, onDeparture) => {
    const copy: JsonObject = JSON.parse(JSON.stringify(request));
    return opens({ do: "ask", what, request: copy, left: what !== "create" }, onDeparture);
  };

  function comeTo({ awaited, settle, fail, onDeparture }: Opened, place: number, answer: Answer): void {
    if ("leaves" in answer) {
      try {
        onDeparture?.();
        open.set(place, { awaited: { ...awaited, left: true } as Awaited, settle, fail }); // only a create leaves
      } catch (error) {
        open.delete(place);
        fail(error);
      }
      return;
    }
    open.delete(place);
    if ("gives" in answer) settle(answer.gives);
    else fail(awaited.do === "ask" ? noAnswer(awaited.what) : notKnownToBeWritten());
  }

  program({ journal, timer, now, ask }).then(
    (came) => {
      end = came;
    },
    (error: unknown) => {
      end = { threw: String(error) };
    },
  );
  await settle();
  return {
    open: () => new Map([...open].map(([place, { awaited }]) => [place, awaited])),
    end: () => end,
    hasReadClock: () => hasReadClock,
    async resume({ place, answer, atMs }) {
      const opened = open.get(place);
      if (opened === undefined) throw new Error(`the code is not deterministic: it has no await ${place} this time`);
      time = frameStart + atMs;
      hasReadClock = false;
      comeTo(opened, place, answer);
      await settle();
    },
  };
}

function noAnswer(what: string): TransportError {
  return new TransportError({
    code: "timeout",
    message: "no answer in time",
    provider: "explored",
    operationId: what,
    maybeSent: true,
  });
}

function notKnownToBeWritten(): JournalError {
  return new JournalError({
    code: "unavailable",
    message: "The journal did not answer: the write is not known to be there.",
  });
}
