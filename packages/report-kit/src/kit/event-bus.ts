import type { JobEvent } from "../job/job-event.ts";
import { endsWait } from "../job/job-event.ts";

/** Hands events of jobs to whoever follows them. */
export interface EventBus {
  publish(event: JobEvent): void;
  /** Live events of one job from now on, until one that ends its wait. */
  follow(key: string): AsyncIterableIterator<JobEvent>;
}

/** A follower that falls this far behind loses the oldest events rather than the process its memory. */
const longestQueue = 1_000;

interface Follower {
  readonly queue: JobEvent[];
  wake: (() => void) | undefined;
}

/** @param onEvent hears every event of every job; what it throws is ignored: an observer can't end a wait. */
export function createEventBus(onEvent: ((event: JobEvent) => void) | undefined): EventBus {
  const followers = new Map<string, Set<Follower>>();

  function publish(event: JobEvent): void {
    try {
      onEvent?.(event);
    } catch {
      // An observer's fault is not the job's.
    }
    for (const follower of followers.get(event.key) ?? []) {
      follower.queue.push(event);
      if (follower.queue.length > longestQueue) follower.queue.shift();
      follower.wake?.();
    }
  }

  function follow(key: string): AsyncIterableIterator<JobEvent> {
    const follower: Follower = { queue: [], wake: undefined };
    const others = followers.get(key) ?? new Set();
    followers.set(key, others.add(follower));
    let over = false;
    const leave = (): void => {
      over = true;
      others.delete(follower);
      if (others.size === 0 && followers.get(key) === others) followers.delete(key);
      follower.wake?.();
    };
    return {
      async next() {
        while (!over) {
          const event = follower.queue.shift();
          if (event !== undefined) {
            if (endsWait(event)) leave();
            return { done: false, value: event };
          }
          await new Promise<void>((resolve) => {
            follower.wake = resolve;
          });
        }
        return { done: true, value: undefined };
      },
      async return() {
        leave();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  return { publish, follow };
}
