import type { Violation } from "../violation.ts";

/** A webhook as registered and as answered. */
export interface MonatoWebhook {
  readonly id: string;
  readonly clientId: string;
  readonly url: string;
  readonly token: string;
  readonly webhookType: string;
  readonly webhookStatus: "ACTIVE";
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt: null;
  readonly blockedAt: null;
}

/** A file that is there, in the words of the notice. */
export interface ReportNotice {
  readonly client_id: string;
  readonly file_type: "TRANSACTIONS" | "ACCOUNT_STATEMENT";
  readonly period: "DAILY" | "MONTHLY";
  readonly file_name: string;
  readonly created_at: string;
  readonly account_id?: string;
}

/** One attempt to deliver a notice. */
export interface WebhookDelivery {
  readonly url: string;
  readonly body: unknown;
  /** The receiver's status; undefined when it could not be reached. */
  readonly status: number | undefined;
}

/** How notices are sent. */
export interface DeliveryOptions {
  /** Wrapped in `{ client_id, payload, webhook_type }`, as some integrators report of other notices. */
  readonly wrapped: boolean;
  /** How often each notice is sent. */
  readonly repeats: number;
}

/**
 * Sends one notice to one webhook, with the registered token as bearer token.
 * @param judge - what the spec says against the flat notice; recorded as a violation and not sent when it says anything
 */
export async function deliverNotice(
  webhook: MonatoWebhook,
  notice: ReportNotice,
  { wrapped, repeats }: DeliveryOptions,
  judge: (body: unknown) => readonly string[],
  violations: Violation[],
): Promise<WebhookDelivery[]> {
  const problems = judge(notice);
  if (problems.length > 0) {
    violations.push({ provider: "monato", operationId: "receiveReportNotice", status: undefined, problems });
    return [];
  }
  const body = wrapped ? { client_id: notice.client_id, payload: notice, webhook_type: "REPORT" } : notice;
  const headers = { "content-type": "application/json", authorization: `Bearer ${webhook.token}` };
  const deliveries: WebhookDelivery[] = [];
  for (let sent = 0; sent < repeats; sent++) {
    const status = await post(webhook.url, headers, JSON.stringify(body));
    deliveries.push({ url: webhook.url, body, status });
  }
  return deliveries;
}

/** A receiver that is away is its own affair: Monato's retries are not documented, so there are none. */
async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
