import type { JobEvent } from "../job/job-event.ts";

/** Hands events of jobs to their followers. */
export interface EventBus {
  publish(event: JobEvent): void;
  /** Live events of one job from now on, until its wait ends. */
  follow(key: string): AsyncIterableIterator<JobEvent>;
  /** The job's wait has ended: its followers receive what is left, and end. */
  end(key: string): void;
}

/** A follower that falls this far behind loses the oldest events rather than the process its memory. */
const longestQueue = 1_000;

interface Follower {
  readonly queue: JobEvent[];
  isOver: boolean;
  wake: (() => void) | undefined;
}

/** @param onEvent receives every event of every job; what it throws is ignored: an observer can't end a wait. */
export function createEventBus(onEvent: ((event: JobEvent) => void) | undefined): EventBus {
  const followers = new Map<string, Set<Follower>>();

  function leave(key: string, follower: Follower): void {
    follower.isOver = true;
    const others = followers.get(key);
    others?.delete(follower);
    if (others?.size === 0) followers.delete(key);
    follower.wake?.();
  }

  return {
    publish(event) {
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
    },
    follow(key) {
      const follower: Follower = { queue: [], isOver: false, wake: undefined };
      followers.set(key, (followers.get(key) ?? new Set()).add(follower));
      return {
        async next() {
          for (;;) {
            const event = follower.queue.shift();
            if (event !== undefined) return { done: false, value: event };
            if (follower.isOver) return { done: true, value: undefined };
            await new Promise<void>((resolve) => {
              follower.wake = resolve;
            });
          }
        },
        async return() {
          follower.queue.length = 0;
          leave(key, follower);
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    end(key) {
      for (const follower of followers.get(key) ?? []) leave(key, follower);
    },
  };
}
