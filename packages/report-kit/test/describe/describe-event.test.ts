import { expect, it } from "vitest";
import { describeEvent } from "../../src/index.ts";
import type { JobEvent } from "../../src/index.ts";

const about = { at: "2026-11-20T03:08:00.000Z", key: "k", source: "circle/treasury", reportType: "camt053" };
type Details = JobEvent extends infer Event
  ? Event extends JobEvent
    ? Omit<Event, keyof typeof about>
    : never
  : never;

it.each<[Details, string]>([
  [{ type: "submitted" }, "the provider accepted it"],
  [{ type: "submitted", reference: "r-1" }, "the provider accepted it as r-1"],
  [{ type: "adopted", reference: "r-1" }, "found at the provider: r-1"],
  [{ type: "observed", status: "pending", requests: 1 }, "pending after 1 request"],
  [{ type: "late", expectedBy: "2026-11-20T03:12:07.500Z" }, "late: such reports are ready by 2026-11-20T03:12:07Z"],
  [
    { type: "unknown-status", status: "archived", sample: '{"status":"archived"}' },
    'unknown status archived: not taken for success, looking on ({"status":"archived"})',
  ],
  [{ type: "unreachable", reason: "unreachable: network" }, "no usable answer (unreachable: network): trying again"],
  [
    { type: "waiting", until: "2026-11-20T03:12:10.482Z", afterMs: 250_482, why: "the schedule" },
    "waiting until 2026-11-20T03:12:10Z (4 min 10 s): the schedule",
  ],
  [{ type: "woken" }, "woken: it may be ready"],
  [{ type: "ready", reference: "r-1", requests: 7 }, "ready after 7 requests"],
  [{ type: "downloading", bytes: 0 }, "downloading: 0 bytes"],
  [{ type: "downloading", bytes: 1_234_567, totalBytes: 5_000_000_000 }, "downloading: 1.2 MB of 5 GB"],
  [
    { type: "downloading", bytes: 1_000_000_000, totalBytes: 5_000_000_000, bytesPerSecond: 12_500_000 },
    "downloading: 1 GB of 5 GB, 12.5 MB/s, 5 min 20 s left",
  ],
  [
    { type: "interrupted", bytes: 999, reason: "The file broke off.", until: "2026-11-20T03:12:10.000Z", afterMs: 480 },
    "download interrupted at 999 bytes, trying again at 2026-11-20T03:12:10Z (480 ms): The file broke off.",
  ],
  [
    { type: "downloaded", name: "a.csv", bytes: 1, sha256: "0123456789abcdef".repeat(4) },
    "downloaded and verified: a.csv (1 byte, sha256 0123456789ab…)",
  ],
  [
    {
      type: "delivered",
      deliveryId: "k.2",
      name: "a.csv",
      bytes: 12,
      sha256: "0",
      corrects: { deliveryId: "k.1", sha256: "1" },
    },
    "delivered as k.2: a.csv (12 bytes), correcting k.1",
  ],
  [{ type: "refused", code: "http-422", message: "No." }, "refused (http-422): No."],
  [{ type: "failed", code: "failed", message: "No." }, "failed (failed): No."],
  [{ type: "expired", message: "Gone." }, "expired: Gone."],
  [{ type: "indeterminate", message: "Two.", found: [] }, "indeterminate: Two."],
  [{ type: "deadline", deadlineMs: 21_600_000 }, "not ready within the deadline of 6 h"],
  [{ type: "unreadable-record", code: "unreadable", message: "x" }, "a journal record was passed over (unreadable): x"],
])("event %#: %o is one line of plain words", (details, line) => {
  expect(describeEvent({ ...about, ...details })).toBe(line);
});

it("what a provider puts into a message does not break the line", () => {
  expect(describeEvent({ ...about, type: "expired", message: "a\r\nb\u2028c\u001B[31md" })).toBe(
    "expired: a b c [31md",
  );
});

it.each([
  [0, "0 ms"],
  [59_600, "1 min"],
  [3_600_000, "1 h"],
  [3_661_000, "1 h 1 min"],
  [90_000_000, "1 d 1 h"],
])("%i ms are %s", (afterMs, text) => {
  expect(describeEvent({ ...about, type: "waiting", until: "2026-11-20T03:12:10Z", afterMs, why: "w" })).toContain(
    `(${text})`,
  );
});
