import { nextTurnOfTheLoop } from "./event-loop.ts";
/** A clock with events on it, which moves from one to the next as fast as they can be worked off. */
export interface SimulatedTime {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** @returns what `cancel` takes */
  readonly at: (instant: number, run: () => void) => unknown;
  readonly after: (ms: number, run: () => void) => unknown;
  readonly cancel: (handle: unknown) => void;
  /** Move to the next event, run it, and let every promise that hangs on it run out. @returns false: none by `until`. */
  readonly advance: (until: number) => Promise<boolean>;
}

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/** Begins at 2026-11-20T00:00:00Z, in every run. */
const beginning = Date.UTC(2026, 10, 20);

/** @param turns of the event loop that each event's promises get to run out in */
export function createSimulatedTime(turns: number): SimulatedTime {
  let now = beginning;
  // In the order in which they were set: of two at one time, the first set runs first.
  const events = new Set<Event>();

  function at(instant: number, run: () => void): Event {
    const event = { at: instant, run };
    events.add(event);
    return event;
  }

  async function runOut(): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await nextTurnOfTheLoop();
  }

  return {
    now: () => now,
    at,
    after: (ms, run) => at(now + ms, run),
    cancel: (handle) => {
      events.delete(handle as Event); // what `at` gave
    },
    async advance(until) {
      await runOut();
      let next: Event | undefined;
      for (const event of events) if (next === undefined || event.at < next.at) next = event;
      if (next === undefined || next.at > until) return false;
      events.delete(next);
      now = Math.max(now, next.at);
      next.run();
      await runOut();
      return true;
    },
  };
}
