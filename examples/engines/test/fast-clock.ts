import type { Platform, ReportKit, Step } from "report-kit";

/** How many seconds pass on the kit's clock in one of ours. */
const speed = 30;

/**
 * A clock that starts at `startMs`, now, and runs 30 times as fast, the same in every process that is told `startMs`. The
 * kit waits two minutes before it looks for a report that a killed worker may have had made; a test waits four seconds.
 */
export function fastClock(startMs: number) {
  const now = (): number => startMs + (Date.now() - startMs) * speed;
  const realInstant = (instant: number): number => startMs + (instant - startMs) / speed;
  return {
    now,
    /** What the kit runs on. */
    platform: {
      now,
      setTimeout: (run, delayMs) => setTimeout(run, delayMs / speed),
      clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout), // what setTimeout gave
    } satisfies Partial<Platform>,
    /** The kit as an engine sees it, whose clock is the machine's: appointments are made in real time. */
    inRealTime: (kit: ReportKit): ReportKit => ({
      ...kit,
      async step(...call): Promise<Step> {
        const step = await kit.step(...call);
        if ("outcome" in step) return step;
        const { at, afterMs, why } = step.again;
        return { again: { at: new Date(realInstant(Date.parse(at))).toISOString(), afterMs: afterMs / speed, why } };
      },
    }),
  };
}
