import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createTimeoutMs } from "../../src/source/timing.ts";

/** A report that the provider has made. */
export interface MadeReport {
  readonly id: string;
  readonly report: string;
  readonly tier: "list" | "client-id";
  /** Epoch milliseconds of the hurried clock. */
  readonly madeAt: number;
}

/** A provider on loopback that outlives the workers that ask it. */
export interface KillsProvider {
  readonly url: string;
  readonly made: readonly MadeReport[];
  /** Tell of each moment of a worker's requests: one has arrived, was acted on, or was answered. */
  watch(worker: string, onMoment: () => void): void;
  stop(): Promise<void>;
}

/** Milliseconds of the hurried clock after which a report is promised to be visible; it is at once. */
export const visibilityBoundMs = 10_000;

/**
 * Two APIs in one: `/list` makes a report for each POST and lists them, `/client-id` makes it under the id that is sent,
 * another for each POST too. It takes its time before it acts and before it answers, so that kills fall in between. A POST
 * that is older than the premises allow is not acted on, so that they hold on a machine of any speed.
 */
export async function startKillsProvider(now: () => number, random: () => number): Promise<KillsProvider> {
  const made: MadeReport[] = [];
  const watchers = new Map<string, () => void>();
  const readyAfterMs = 1_000;

  const server = createServer((request, response) => {
    void (async () => {
      const [, tier, id] = (request.url ?? "").split("/");
      const moment = (): void => watchers.get(String(request.headers["worker"]))?.();
      let answer: unknown;
      if (request.method === "POST") {
        const body = await bodyOf(request);
        moment();
        await pause(random() * 40);
        if (now() > body.sentAt + createTimeoutMs + visibilityBoundMs) {
          request.destroy();
          return;
        }
        const own = tier === "client-id" ? body.id : `r-${made.length + 1}`;
        const report = {
          id: own,
          report: body.report,
          tier: tier === "list" ? tier : "client-id",
          madeAt: now(),
        } as const;
        made.push(report);
        moment();
        await pause(random() * 40);
        answer = { ...report, ready: false };
      } else {
        const shown = made
          .filter((one) => one.tier === tier && (id === undefined || one.id === id))
          .map((one) => ({ ...one, ready: now() >= one.madeAt + readyAfterMs }));
        answer = id === undefined ? shown : shown[0];
      }
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? {}), moment);
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    made,
    watch: (worker, onMoment) => watchers.set(worker, onMoment),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What the workers of this test send. */
interface Body {
  readonly id: string;
  readonly report: string;
  /** When its time-out began, in epoch milliseconds of the hurried clock. */
  readonly sentAt: number;
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
