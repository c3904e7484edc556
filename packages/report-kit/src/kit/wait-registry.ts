import type { JobIdentity } from "../job/step.ts";
import type { Wait } from "./wait.ts";

/** The waits under way in this process, by key and by source. */
export interface Waits {
  get(key: string): Wait | undefined;
  /** The waits for one source's jobs. */
  of(sourceId: string): ReadonlySet<Wait>;
  add(job: JobIdentity, wait: Wait): void;
  remove(job: JobIdentity, wait: Wait): void;
}

const none: ReadonlySet<Wait> = new Set();

export function createWaits(): Waits {
  const byKey = new Map<string, Wait>();
  const bySource = new Map<string, Set<Wait>>();
  return {
    get: (key) => byKey.get(key),
    of: (sourceId) => bySource.get(sourceId) ?? none,
    add({ key, source }, wait) {
      byKey.set(key, wait);
      bySource.set(source.id, (bySource.get(source.id) ?? new Set()).add(wait));
    },
    remove({ key, source }, wait) {
      if (byKey.get(key) === wait) byKey.delete(key);
      const others = bySource.get(source.id);
      others?.delete(wait);
      if (others?.size === 0) bySource.delete(source.id);
    },
  };
}
