import { createMonatoClient } from "@report-kit/monato";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { DeliveredFile, Target } from "../../src/index.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import { monatoWebhook } from "../../src/webhook/index.ts";
import type { WebhookEvent } from "../../src/webhook/index.ts";

/** What an endpoint tells a test about itself, at `/state`. */
export interface EndpointState {
  readonly events: readonly WebhookEvent[];
  readonly handedOver: readonly string[];
  readonly errors: readonly string[];
  /** Requests that reached Monato. */
  readonly looks: number;
}

/** An endpoint that any runtime can serve: web platform alone. */
export function endpoint(waitUntil?: (work: Promise<void>) => void): (request: Request) => Promise<Response> {
  const events: WebhookEvent[] = [];
  const handedOver: string[] = [];
  const errors: string[] = [];
  let looks = 0;
  const client = createMonatoClient({
    clientId: "9c6f6c8a-7c91-4b12-9a45-5cfdc78c22b1",
    token: "jwt",
    baseUrl: "https://api.monato.example",
    fetch: async () => {
      looks += 1;
      return Response.json({ file_name: "x.csv", download_url: "https://files.monato.com/x.csv?signature=x" });
    },
  });
  const journal = memoryJournal();
  const target: Target<DeliveredFile> = {
    async receive({ key }) {
      handedOver.push(key);
      return { name: "x.csv", bytes: 3, sha256: "5f" };
    },
  };
  const handler = monatoWebhook({
    kit: createReportKit({ journal }),
    source: monatoReports(client),
    token: "secretToken0123",
    clabeOf: async (accountId) => (accountId === "1234567890" ? "032180000118359719" : undefined),
    onReport: async (job) => {
      await job.deliver(target);
    },
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(String(error)),
    ...(waitUntil === undefined ? {} : { waitUntil }),
  });
  return async (request) => {
    if (new URL(request.url).pathname !== "/state") return handler(request);
    return Response.json({ events, handedOver, errors, looks } satisfies EndpointState);
  };
}
