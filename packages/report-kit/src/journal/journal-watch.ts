import type { Timer } from "../waiting/timer.ts";
import type { Journal } from "./journal.ts";

/** Lets processes that share a journal notice each other's writes by reading one record, however many jobs they wait for. */
export interface JournalWatch {
  /** Record that something was written that another process may be waiting for. */
  announce(): Promise<void>;
  /** Call `listener` within 5 s of another process's announcement. @returns unsubscribes. */
  subscribe(listener: () => void): () => void;
}

const recordName = "pulse";
const readEveryMs = 5_000;

export function createJournalWatch(journal: Journal, timer: Timer): JournalWatch {
  const listeners = new Set<() => void>();
  let known: number | undefined;
  let stop: AbortController | undefined;
  let announcing: Promise<void> | undefined;

  const latest = (): Promise<number | undefined> =>
    journal.read(recordName).then(
      (record) => record?.revision ?? 0,
      () => undefined, // the next step reads the journal too, and reports the error
    );

  async function watch(signal: AbortSignal): Promise<void> {
    known = await latest();
    while (!signal.aborted) {
      // Whether the process stays alive is up to the waits that subscribed.
      await timer.wait(timer.now() + readEveryMs, { signal, unref: true });
      const revision = await latest();
      if (revision === undefined || revision === known) continue;
      known = revision;
      for (const listener of listeners) listener();
    }
  }

  return {
    announce() {
      // Jobs that end together are announced together.
      announcing ??= Promise.resolve().then(() => {
        announcing = undefined;
        return raiseRevision(journal);
      });
      return announcing;
    },
    subscribe(listener) {
      listeners.add(listener);
      if (stop === undefined) {
        stop = new AbortController();
        watch(stop.signal).catch(() => undefined); // aborted: nobody is subscribed any more
      }
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        stop?.abort();
        stop = undefined;
      };
    },
  };
}

async function raiseRevision(journal: Journal): Promise<void> {
  for (;;) {
    const revision = (await journal.read(recordName))?.revision ?? 0;
    if ((await journal.write(recordName, { v: 1 }, revision)) !== undefined) return;
  }
}
