import { setTimeout as realDelay } from "node:timers/promises";
import type { VirtualClock } from "report-kit/testing";

let underWay = 0;
const platformFetch = globalThis.fetch;
// Requests take real time, and a virtual clock that runs on meanwhile would have them time out: so it is known when one is under way.
globalThis.fetch = async (...args) => {
  underWay += 1;
  try {
    return await platformFetch(...args);
  } finally {
    underWay -= 1;
  }
};

/** Move a virtual clock on until a promise settles, with real time for requests and files between two of its timers. */
export async function finish<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let isSettled = false;
  const settled = (): void => {
    isSettled = true;
  };
  promise.then(settled, settled);
  let idle = 0;
  while (!isSettled) {
    await realDelay(6);
    if (isSettled || underWay > 0) continue;
    // A file that is being written must not meet the limit of a whole download, which is a timer of 24 hours.
    const until = idle < 10 ? clock.now() + 60_000 : undefined;
    idle = (await clock.step(until)) ? 0 : idle + 1;
  }
  return promise;
}
