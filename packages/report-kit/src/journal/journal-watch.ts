import type { Journal } from "./journal.ts";
import type { Timer } from "../waiting/timer.ts";

/** Lets processes that share a journal notice each other's news by reading one record, however many jobs they wait for. */
export interface Pulse {
  /** Something was written that another process may be waiting for. */
  beat(): Promise<void>;
  /** Hear of others' news, within 5 s. @returns stops hearing. */
  hear(listener: () => void): () => void;
}

const recordName = "pulse";
const listenEveryMs = 5_000;

export function createPulse(journal: Journal, timer: Timer): Pulse {
  const listeners = new Set<() => void>();
  let heard: number | undefined;
  let stop: AbortController | undefined;
  let beating: Promise<void> | undefined;

  const latest = (): Promise<number | undefined> =>
    journal.read(recordName).then(
      (record) => record?.revision ?? 0,
      () => undefined, // a journal that can't be read is found out by the next step, which says so
    );

  async function listen(signal: AbortSignal): Promise<void> {
    heard = await latest();
    while (!signal.aborted) {
      // The waits that listen keep the process alive, or don't.
      await timer.wait(timer.now() + listenEveryMs, { signal, unref: true });
      const revision = await latest();
      if (revision === undefined || revision === heard) continue;
      heard = revision;
      for (const listener of listeners) listener();
    }
  }

  return {
    beat() {
      // Jobs that end together are told of together.
      beating ??= Promise.resolve().then(() => {
        beating = undefined;
        return bump(journal);
      });
      return beating;
    },
    hear(listener) {
      listeners.add(listener);
      if (stop === undefined) {
        stop = new AbortController();
        listen(stop.signal).catch(() => undefined); // called off
      }
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        stop?.abort();
        stop = undefined;
      };
    },
  };
}

async function bump(journal: Journal): Promise<void> {
  for (;;) {
    const revision = (await journal.read(recordName))?.revision ?? 0;
    if ((await journal.write(recordName, { v: 1 }, revision)) !== undefined) return;
  }
}
