import type { JsonObject } from "../../packages/report-kit/src/json.ts";

/** A job's state of the usual size (about 400 bytes), as a step writes it. */
export function jobState(turn: number): JsonObject {
  return {
    v: 1,
    source: "circle/treasury",
    reportType: "camt053",
    request: { reportType: "camt053", timeframe: "daily", date: "2026-11-19" },
    epoch: 0,
    phase: "waiting",
    startedAt: 1_795_132_800_000,
    intentAt: 1_795_132_800_100,
    acceptedAt: 1_795_132_800_900,
    reference: "0f0d2c3a-1c2f-4b3e-9a55-3f6b5d8d6a10",
    status: "pending",
    requests: turn,
    nextAt: 1_795_132_812_000 + turn,
    why: "the provider is making it",
    lease: { by: "worker-1-5c1a", until: 1_795_132_860_000 },
  };
}
