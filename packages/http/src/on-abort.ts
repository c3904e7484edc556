const followers = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Run `run` when a signal aborts, through one listener however many follow the signal: thousands of calls and waits commonly share one, and
 * a listener for each is slow, heavy and warned about.
 *
 * @param run must not throw.
 * @returns stops following; the last to leave takes the listener away.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const runs = followers.get(signal) ?? new Set();
  // The same function may follow twice: each is its own.
  const own = (): void => run();
  if (runs.size === 0) signal.addEventListener("abort", runAll, { once: true });
  followers.set(signal, runs.add(own));
  return () => {
    if (runs.delete(own) && runs.size === 0) signal.removeEventListener("abort", runAll);
  };
}

function runAll(this: AbortSignal): void {
  const runs = followers.get(this);
  followers.delete(this);
  for (const run of runs ?? []) run();
}
