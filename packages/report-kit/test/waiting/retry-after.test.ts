import { createCircleClient } from "@report-kit/circle";
import fc from "fast-check";
import { expect, it } from "vitest";
import { circleReports } from "../../src/sources/circle.ts";
import { createReportKit } from "../../src/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { durableJournal } from "../support/durable-journal.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");

/** The three spellings of a date in HTTP (RFC 9110, 5.6.7). */
const spellings: readonly ((at: Date) => string)[] = [
  (at) => at.toUTCString(),
  (at) =>
    `${days[at.getUTCDay()]}, ${two(at.getUTCDate())}-${months[at.getUTCMonth()]}-${two(at.getUTCFullYear() % 100)} ${at.toISOString().slice(11, 19)} GMT`,
  (at) =>
    `${days[at.getUTCDay()]?.slice(0, 3)} ${months[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${at.toISOString().slice(11, 19)} ${at.getUTCFullYear()}`,
];

/** A Retry-After header, and how long after the answer it says to wait; undefined where it says nothing. */
const headers = fc.oneof(
  fc.integer({ min: 0, max: 200_000 }).map((seconds) => ({ header: String(seconds), waitMs: seconds * 1_000 })),
  // Past 2^31 milliseconds, where timers fire at once.
  fc
    .integer({ min: 2_147_484, max: 2_000_000_000 })
    .map((seconds) => ({ header: String(seconds), waitMs: seconds * 1_000 })),
  fc.tuple(fc.integer({ min: -100_000, max: 40 * 86_400 }), fc.constantFrom(...spellings)).map(([seconds, spell]) => ({
    header: spell(new Date(now + seconds * 1_000)),
    waitMs: Math.max(0, seconds * 1_000),
  })),
  fc
    .oneof(fc.constantFrom("soon", "-5", "1.5", "12, 12", "Infinity", "NaN", "0x10", "1e3", ""), fc.string())
    .filter((text) => !/^\s*\d+\s*$/.test(text) && Number.isNaN(Date.parse(text)))
    .map((header) => ({ header, waitMs: undefined })),
);

/** All of them in the soak run (goals: P6). */
const numRuns = process.env["REPORT_KIT_SOAK"] === undefined ? 500 : 10_000;

it(`no request is sent before a Retry-After instant, whatever the header, in ${numRuns} of them`, async () => {
  let sentEarly = 0;
  let heeded = 0;
  await fc.assert(
    fc.asyncProperty(headers, fc.constantFrom(429, 503), fc.integer(), async ({ header, waitMs }, status, seed) => {
      let at = now;
      const sent: number[] = [];
      const client = createCircleClient({
        apiKey: "key",
        baseUrl: "https://api.circle.test",
        fetch: async () => {
          sent.push(at);
          const fields = new Headers({ date: new Date(now).toUTCString() });
          try {
            fields.set("retry-after", header);
          } catch {
            // Not a header at all: nothing is said.
          }
          return Response.json({ code: status, message: "busy" }, { status, headers: fields });
        },
      });
      const kit = createReportKit({
        journal: durableJournal(),
        platform: { now: () => at, random: seededRandom(seed) },
      });
      const source = circleReports(client, { account: "treasury" });
      const { bookmark } = kit.report(source, { reportType: "camt053", date: "2026-11-18" });
      const first = await kit.step(bookmark, [source]);
      expect(sent).toEqual([now]);
      if (!("again" in first)) throw new Error("a busy answer ends nothing");
      if (waitMs !== undefined) {
        // Just before the instant: nothing may leave.
        at = now + waitMs - 1;
        if (waitMs > 0) await kit.step(bookmark, [source]);
        if (sent.length > 1 || Date.parse(first.again.at) < now + waitMs) sentEarly += 1;
        heeded += 1;
      }
      at = Date.parse(first.again.at);
      await kit.step(bookmark, [source]);
      expect(sent.length).toBe(2);
    }),
    { seed: 20261121, numRuns },
  );
  expect(sentEarly).toBe(0);
  expect(heeded).toBeGreaterThan(numRuns / 2);
}, 300_000);
