import type { JobIdentity } from "../job/step.ts";
import type { ReportSource } from "../source/report-source.ts";
import type { Wait } from "./wait.ts";

/** The waits under way in this process, by key and by source. */
export interface Waits {
  get(key: string): Wait | undefined;
  /** The waits for one source's jobs at its origin. */
  of(source: ReportSource): ReadonlySet<Wait>;
  add(job: JobIdentity, wait: Wait): void;
  remove(job: JobIdentity, wait: Wait): void;
}

const none: ReadonlySet<Wait> = new Set();

export function createWaits(): Waits {
  const byKey = new Map<string, Wait>();
  const bySource = new Map<string, Set<Wait>>();
  const nameOf = ({ id, origin }: ReportSource): string => `${origin} ${id}`;
  return {
    get: (key) => byKey.get(key),
    of: (source) => bySource.get(nameOf(source)) ?? none,
    add({ key, source }, wait) {
      byKey.set(key, wait);
      bySource.set(nameOf(source), (bySource.get(nameOf(source)) ?? new Set()).add(wait));
    },
    remove({ key, source }, wait) {
      if (byKey.get(key) === wait) byKey.delete(key);
      const others = bySource.get(nameOf(source));
      others?.delete(wait);
      if (others?.size === 0) bySource.delete(nameOf(source));
    },
  };
}
