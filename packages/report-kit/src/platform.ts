/**
 * What report-kit takes from the world around it. Each is looked up when it is used, so that a patched global
 * (tracing, fake timers) is honoured; a test passes its own.
 */
export interface Platform {
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now: () => number;
  /** 0 <= x < 1. Default `Math.random`. */
  readonly random: () => number;
  /** For links outside a provider's API. Default `globalThis.fetch`. */
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (handle: unknown) => void;
}

/** The web platform's, with what a caller replaces. */
export function platformWith(replaced: Partial<Platform>): Platform {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    fetch: (input, init) => globalThis.fetch(input, init),
    setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, delayMs),
    clearTimeout: (handle) => globalThis.clearTimeout(handle as number), // ours, or whatever a replaced setTimeout gave
    ...replaced,
  };
}
