import { learnedGap, learnReadyTime } from "../../packages/report-kit/src/learning/ready-times.ts";
import type { ReadyTimes } from "../../packages/report-kit/src/learning/ready-times.ts";
import { nextLook } from "../../packages/report-kit/src/waiting/schedule.ts";
import type { Spread } from "./crowd.ts";
import { seededRandom } from "./random.ts";
import type { Rhythm } from "./rhythms.ts";

/**
 * Start `waits` at once, after 20 reports of a rhythm, on a source that is ready for none of them, and count the requests by
 * the second: from the first look on, for an hour. (Before it there are none, and a mean over that would say little.)
 */
export function measureLearnedSpread(rhythm: Rhythm, waits: number, requestsPerSecond = Infinity): Spread {
  const random = seededRandom(1);
  let times: ReadyTimes | undefined;
  for (let day = 0; day < 20; day += 1) {
    for (const { askedS, readyS } of rhythm.draw(day, 1, random)) {
      const seen = { afterMs: Math.max(0, readyS - 10) * 1_000, byMs: (readyS + 10) * 1_000 };
      times = learnReadyTime(times, { fromMs: askedS * 1_000, ...seen });
    }
  }
  const [report] = rhythm.draw(20, 1, random);
  const learned = times && learnedGap(times)((report?.askedS ?? 0) * 1_000);
  const due = Array.from({ length: waits }, () => 0);
  const look = (ageMs: number): number => ageMs + nextLook({ ageMs, random, learned }).afterMs;
  for (let wait = 0; wait < waits; wait += 1) due[wait] = look(0);
  const firstMs = Math.min(...due);
  const seconds = 3_600;
  const sent = Array.from({ length: seconds }, () => 0);
  for (let second = 0; second < seconds; second += 1) {
    const endMs = firstMs + 1_000 * (second + 1);
    for (let wait = 0; wait < waits && (sent[second] ?? 0) < requestsPerSecond; wait += 1) {
      if ((due[wait] ?? 0) >= endMs) continue;
      sent[second] = (sent[second] ?? 0) + 1;
      due[wait] = look(endMs);
    }
  }
  const mean = sent.reduce((sum, count) => sum + count, 0) / seconds;
  const later = sent.slice(60);
  const limit = requestsPerSecond === Infinity ? "" : `, budget ${requestsPerSecond}/s`;
  return {
    name: `report-kit, learned ${rhythm.name}${limit}`,
    peak: Math.max(...sent),
    peakLater: Math.max(...later),
    mean,
    ratio: Math.max(...later) / mean,
  };
}
