// One download in a process of its own: `node contenders.ts <contender> <url> <directory>`.
import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { toDirectory } from "../../packages/report-kit/src/node/files/targets.ts";
import { platformWith } from "../../packages/report-kit/src/platform.ts";
import type { ReadyReport } from "../../packages/report-kit/src/source/ready-report.ts";
import { createTimer } from "../../packages/report-kit/src/waiting/timer.ts";

/** What one download came to, measured in its own process. */
export interface Measured {
  readonly seconds: number;
  /** Processor time, of all threads. */
  readonly processorSeconds: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Mebibytes of resident memory at the start, and at most. */
  readonly rssAtStart: number;
  readonly rssAtMost: number;
}

/** What one would write by hand: fetch, hash and write each chunk, then the same fsync, rename and directory fsync. */
async function handWritten(url: string, directory: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const path = join(directory, "report.csv");
  const file = await open(`${path}.part`, "w");
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
  let bytes = 0;
  for await (const chunk of response.body) {
    hash.update(chunk);
    await file.write(chunk);
    bytes += chunk.length;
  }
  await file.sync();
  await file.close();
  await rename(`${path}.part`, path);
  const parent = await open(directory, "r");
  await parent.sync();
  await parent.close();
  return { bytes, sha256: hash.digest("hex") };
}

/** Verified, resumable, and named only when whole. */
async function reportKit(url: string, directory: string): Promise<{ bytes: number; sha256: string }> {
  const timer = createTimer();
  const report: ReadyReport = {
    source: "bench/bench",
    provider: "bench",
    account: "bench",
    key: "00000000-0000-8000-8000-000000000000",
    reportType: "bench",
    request: {},
    period: undefined,
    reference: "bench",
    requestsSent: 0,
    waitedMs: 0,
    emit: () => {},
    keepDelivery: async () => {},
    fileName: undefined,
    expects: "csv",
    link: undefined,
    linkHosts: [],
    loopback: true,
    platform: platformWith({}),
    locate: async () => ({ via: "link", url }),
    waitUntil: (untilMs, options) => timer.wait(untilMs, options),
    withBookmark: (error) => error,
  };
  return toDirectory(directory).receive(report, {});
}

export const contenders = { "hand-written loop": handWritten, "report-kit": reportKit };

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , name = "", url = "", directory = ""] = process.argv;
  const run = contenders[name as keyof typeof contenders]; // `main.ts` passes one of them
  const mebibytes = (bytes: number): number => Math.round((bytes / 1024 / 1024) * 10) / 10;
  const rssAtStart = mebibytes(process.memoryUsage.rss());
  const startedAt = performance.now();
  const { bytes, sha256 } = await run(url, directory);
  const { user, system } = process.cpuUsage();
  const processorSeconds = (user + system) / 1e6;
  const seconds = (performance.now() - startedAt) / 1000;
  const rssAtMost = mebibytes(process.resourceUsage().maxRSS * 1024);
  process.send?.({ seconds, processorSeconds, bytes, sha256, rssAtStart, rssAtMost } satisfies Measured);
}
