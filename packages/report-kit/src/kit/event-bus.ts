import type { JobEvent } from "../job/job-event.ts";

/** Hands events of jobs to their followers. */
export interface EventBus {
  publish(event: JobEvent): void;
  /** Follow one job from now on, until nothing more happens to it in this process. */
  follow(key: string): EventFollower;
  /**
   * A wait or a download of the job begins here.
   * @returns ends it. After the last one its followers receive what is left, and end.
   */
  begin(key: string): () => void;
  /** Does a wait or a download of the job go on here? */
  isActive(key: string): boolean;
}

export interface EventFollower {
  /** The next event; undefined once there are no more. */
  next(): Promise<JobEvent | undefined>;
  leave(): void;
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
  const active = new Map<string, number>();

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
          while (follower.queue.length === 0 && !follower.isOver) {
            await new Promise<void>((resolve) => {
              follower.wake = resolve;
            });
          }
          return follower.queue.shift();
        },
        leave: () => leave(key, follower),
      };
    },
    begin(key) {
      active.set(key, (active.get(key) ?? 0) + 1);
      return () => {
        const others = (active.get(key) ?? 0) - 1;
        if (others > 0) return void active.set(key, others);
        active.delete(key);
        for (const follower of followers.get(key) ?? []) leave(key, follower);
      };
    },
    isActive: (key) => active.has(key),
  };
}
