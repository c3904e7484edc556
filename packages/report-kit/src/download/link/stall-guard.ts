import type { Platform } from "../../platform.ts";

/** Fewer bytes than this in a whole time-out are none: a server that drips is one that hangs. */
const leastBytes = 1024;

/** Notices when an answer comes too slowly. Only time spent waiting for it counts. */
export interface StallGuard {
  readonly stalled: boolean;
  /** Time spent on this counts. */
  waiting<T>(run: () => Promise<T>): Promise<T>;
  received(bytes: number): void;
  stop(): void;
}

/** @param onStall called once, when fewer than 1 KiB came in `timeoutMs` of waiting. */
export function createStallGuard(platform: Platform, timeoutMs: number, onStall: () => void): StallGuard {
  let leftMs = timeoutMs;
  let bytes = 0;
  let since: number | undefined;
  let stalled = false;

  const remaining = (): number => leftMs - (since === undefined ? 0 : platform.now() - since);
  const arm = (): unknown => platform.setTimeout(check, Math.min(2 ** 31 - 1, Math.max(remaining(), timeoutMs / 10)));
  let handle = arm();

  function check(): void {
    stalled = since !== undefined && remaining() <= 0;
    if (stalled) onStall();
    else handle = arm();
  }

  return {
    get stalled() {
      return stalled;
    },
    async waiting(run) {
      since = platform.now();
      try {
        return await run();
      } finally {
        leftMs = remaining();
        since = undefined;
      }
    },
    received(length) {
      bytes += length;
      if (bytes < leastBytes) return;
      bytes = 0;
      leftMs = timeoutMs;
    },
    stop: () => platform.clearTimeout(handle),
  };
}
