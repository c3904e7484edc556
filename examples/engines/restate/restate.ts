import { object, TerminalError } from "@restatedev/restate-sdk";
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { ReportFile, ReportJob } from "report-kit";
import { takeTurn } from "../turn.ts";
import type { Reports } from "../turn.ts";

/** The object that gets a report; its key is the report's. Serve it with `serve({ services: [reportObject(reports)] })`. */
export function reportObject(reports: Reports) {
  return object({
    name: "report",
    handlers: {
      async get(context: ObjectContext, bookmark: string): Promise<ReportFile> {
        for (;;) {
          const { attemptCompletedSignal } = context.request();
          const turn = await context.run("turn", () => takeTurn(bookmark, reports, attemptCompletedSignal), {
            // For errors that pass. Waiting for the report does not count.
            maxRetryDuration: { hours: 8 },
            maxRetryInterval: { seconds: 30 },
          });
          if ("file" in turn) return turn.file;
          if ("ended" in turn) throw new TerminalError(turn.ended);
          await context.sleep(turn.again.afterMs, "until the next look");
        }
      },
    },
    options: {
      // A turn can be a long download: by default Restate takes one of 11 minutes away from its worker.
      abortTimeout: { hours: 6 },
      // Workers that can't be reached: by default Restate puts the job aside after about an hour of that.
      retryPolicy: { maxAttempts: 1_000, maxInterval: { seconds: 30 } },
    },
  });
}

/**
 * Start a report job, or join it, and wait for its file. A connection that breaks is no harm: call again. Restate answers
 * a call of the same report and attempt for a day; to have one that ended without a file asked for again, raise `attempt`.
 * @param ingress Restate's ingress: `http://127.0.0.1:8080`
 */
export async function getReport(ingress: string, { key, bookmark }: ReportJob, attempt = 0): Promise<ReportFile> {
  const response = await fetch(`${ingress}/report/${key}/get`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": `${key}-${attempt}` },
    body: JSON.stringify(bookmark),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`Restate answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer as ReportFile; // what the handler returned, as JSON
}
