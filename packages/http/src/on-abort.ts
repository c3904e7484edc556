const followers = new WeakMap<AbortSignal, { readonly runs: Set<() => void>; readonly listener: () => void }>();

/**
 * Run `run` when a signal aborts, through one listener however many follow the signal: many calls commonly share one, and a listener for
 * each is slow, and warned about.
 *
 * @param run must not throw.
 * @returns stops following; the last to leave takes the listener away.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let shared = followers.get(signal);
  if (shared === undefined) {
    const runs = new Set<() => void>();
    const listener = (): void => {
      followers.delete(signal);
      for (const one of runs) one();
    };
    shared = { runs, listener };
    followers.set(signal, shared);
    signal.addEventListener("abort", listener, { once: true });
  }
  const { runs, listener } = shared;
  // The same function may follow twice: each is its own.
  const own = (): void => run();
  runs.add(own);
  return () => {
    if (!runs.delete(own) || runs.size > 0) return;
    followers.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}
