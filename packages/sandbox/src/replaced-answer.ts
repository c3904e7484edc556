import type { ServerResponse } from "node:http";
import { sendBytes } from "./delivery.ts";
import type { Spoiling } from "./delivery.ts";
import type { Fault } from "./faults.ts";

/** The part of a fault that puts something else in the place of the answer. */
export type Replacing = Extract<Fault, { kind: "status" | "reset" | "empty" | "html" }>;

/** A text with its media type. */
export interface Page {
  readonly text: string;
  readonly mediaType: string;
}

const htmlPage =
  "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";

export function replacesAnswer(fault: Fault): fault is Replacing {
  return ["status", "reset", "empty", "html"].includes(fault.kind);
}

export function spoilsAnswer(fault: Fault): fault is Spoiling {
  return ["latency", "truncate", "drip"].includes(fault.kind);
}

/**
 * Sends what a fault puts in the answer's place.
 * @param errorPage - the origin's own error body for a status, used where the fault brings none
 * @param sending - told the status just before it is sent; not called where the connection is reset
 */
export async function sendReplacement(
  response: ServerResponse,
  fault: Replacing,
  errorPage: (status: number) => Page,
  commonHeaders: Readonly<Record<string, string>>,
  sending: (status: number) => void,
): Promise<void> {
  if (fault.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const [status, page] = replacement(fault, errorPage);
  const headers: Record<string, string> = { ...commonHeaders };
  if (page !== undefined) headers["content-type"] = page.mediaType;
  if (fault.kind === "status") {
    if (fault.retryAfter !== undefined) headers["retry-after"] = String(fault.retryAfter);
    Object.assign(headers, fault.headers);
  }
  sending(status);
  const bytes = new TextEncoder().encode(page?.text ?? "");
  await sendBytes(response, { status, headers }, bytes.byteLength, [bytes], undefined);
}

function replacement(
  fault: Exclude<Replacing, { kind: "reset" }>,
  errorPage: (status: number) => Page,
): [number, Page | undefined] {
  if (fault.kind === "empty") return [fault.status ?? 200, undefined];
  if (fault.kind === "html") return [fault.status ?? 502, { text: htmlPage, mediaType: "text/html; charset=utf-8" }];
  const { status, body } = fault;
  if (body === undefined) return [status, errorPage(status)];
  if (typeof body === "string") return [status, { text: body, mediaType: "text/plain; charset=utf-8" }];
  return [status, { text: JSON.stringify(body), mediaType: "application/json" }];
}
