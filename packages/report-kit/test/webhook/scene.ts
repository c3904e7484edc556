import { createMonatoClient } from "@report-kit/monato";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { Journal, JsonObject, ReportJob, ReportKit, ReportSource } from "../../src/index.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import type { MonatoReportRequest } from "../../src/sources/monato.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import type { VirtualClock } from "../../src/testing/index.ts";
import { monatoWebhook } from "../../src/webhook/index.ts";
import type { MonatoNoticeOptions, MonatoWebhookOptions, WebhookEvent } from "../../src/webhook/index.ts";

/** The client of the source page's notices. */
export const clientId = "9c6f6c8a-7c91-4b12-9a45-5cfdc78c22b1";
export const token = "secretToken0123";
export const clabe = "032180000118359719";

/** The notices of https://docs.monato.com/products/fincore/guides/reports, read 2026-11-20. */
export const transactionsNotice = {
  client_id: clientId,
  file_type: "TRANSACTIONS",
  period: "DAILY",
  file_name: "transactions_daily_20260224.csv",
  created_at: "2026-02-24T10:30:15Z",
};
export const statementNotice = {
  client_id: clientId,
  file_type: "ACCOUNT_STATEMENT",
  period: "MONTHLY",
  file_name: "account_statement_1234567890_202602.csv",
  created_at: "2026-03-01T02:10:00Z",
  account_id: "1234567890",
};

/** What a sender may get wrong; by default it gets nothing wrong. */
export interface Delivery {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit | null;
}

export interface WebhookScene {
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly kit: ReportKit;
  readonly source: ReportSource<MonatoReportRequest>;
  /** The bodies of the look-ups that reached Monato. */
  readonly asked: JsonObject[];
  readonly events: WebhookEvent[];
  readonly errors: unknown[];
  readonly options: MonatoNoticeOptions;
  readonly handler: (request: Request) => Promise<Response>;
  readonly deliver: (notice: unknown, delivery?: Delivery) => Promise<Response>;
  /** All work behind the answers so far. */
  readonly settled: () => Promise<void>;
}

export type SceneOptions = Partial<MonatoWebhookOptions> & {
  readonly journal?: Journal;
  /** The name of the file that Monato has, whatever it is asked for. Default: none is there yet. */
  readonly fileName?: string;
};

/** A webhook endpoint over a kit whose Monato has no file yet, on a clock that stands at 2026-11-21. */
export function webhookScene({ journal = memoryJournal(), fileName = "", ...given }: SceneOptions = {}): WebhookScene {
  const clock = createVirtualClock({ start: "2026-11-21T12:00:00Z" });
  const asked: JsonObject[] = [];
  const events: WebhookEvent[] = [];
  const errors: unknown[] = [];
  const works: Promise<void>[] = [];
  const client = createMonatoClient({
    clientId,
    token: "jwt",
    baseUrl: "https://api.monato.example",
    fetch: async (input, init) => {
      asked.push(await new Request(input, init).json());
      const download_url = fileName === "" ? "" : `https://files.monato.com/${fileName}`;
      return Response.json({ file_name: fileName, download_url });
    },
  });
  const source = monatoReports(client);
  const kit = createReportKit({ journal, platform: clock.platform });
  const options: MonatoNoticeOptions = {
    kit,
    source,
    onError: (error) => errors.push(error),
    onEvent: (event) => events.push(event),
    clabeOf: (accountId) => (accountId === statementNotice.account_id ? clabe : undefined),
    ...given,
  };
  const handler = monatoWebhook({
    ...options,
    waitUntil: (work) => works.push(work),
    ...("verify" in given ? { verify: given.verify } : { token }),
    ...given,
  } as MonatoWebhookOptions); // exactly one of token and verify, by the line above
  return {
    clock,
    journal,
    kit,
    source,
    asked,
    events,
    errors,
    options,
    handler,
    deliver: (notice, { method = "POST", headers = {}, body = JSON.stringify(notice) } = {}) =>
      handler(
        new Request("https://us.example/report-webhook", {
          method,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
          ...(method === "GET" || method === "HEAD" ? {} : { body, duplex: "half" }),
        }),
      ),
    async settled() {
      for (let seen = -1; seen !== works.length;) {
        seen = works.length;
        await Promise.all(works);
      }
    },
  };
}

/** The jobs a handler hands over. */
export function collector(): { readonly jobs: ReportJob[]; readonly onReport: (job: ReportJob) => void } {
  const jobs: ReportJob[] = [];
  return { jobs, onReport: (job) => void jobs.push(job) };
}

/** The names of the records of jobs. */
export async function recordsOf(journal: Journal): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of journal.list("job-")) names.push(name);
  return names;
}
