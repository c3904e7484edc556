import { onAbort, parseRetryAfter, ReportKitError } from "@report-kit/http";
import type { ApiLocation, LinkLocation } from "../source/file-location.ts";
import type { ReadyReport } from "../source/ready-report.ts";
import { DownloadError } from "./download-error.ts";
import { bodyLength, readAnswer, requestHeaders } from "./link/answer.ts";
import { answerEvidence } from "./link/evidence.ts";
import type { Fetched } from "./link/fetch-file.ts";
import { fetchFile } from "./link/fetch-file.ts";
import type { Framing } from "./link/framing.ts";
import { unproven } from "./link/framing.ts";
import type { StallGuard } from "./link/stall-guard.ts";
import { createStallGuard } from "./link/stall-guard.ts";
import type { Part } from "./part.ts";

/** What one request and its body came to. */
export type Attempt =
  /** The body has ended; `framing` is what that is worth. */
  | { readonly is: "ended"; readonly framing: Framing }
  /** The target was so slow that the connection was given up: request the file again once it has taken what came. */
  | { readonly is: "held back" }
  | {
      readonly is: "failed";
      readonly error: unknown;
      /** Request another link. */
      readonly relocate?: boolean | undefined;
      readonly retryAfterMs?: number | undefined;
    };

/** What the attempts of a download share. */
export interface AttemptContext {
  readonly report: ReadyReport;
  readonly part: Part;
  readonly stallTimeoutMs: number;
  readonly acceptUnproven: boolean;
  /** The download is over. */
  readonly ended: AbortSignal;
  /** What is there stays, and the same bytes are expected to come again. */
  readonly keep: boolean;
  readonly onRequest: () => void;
  readonly onAnswer: (fetched: Fetched) => void;
}

/**
 * A body may wait for the target only while more than this is still to come of an announced length. Where a connection closes
 * while its body waits to be read, the fetch of Node 24 and older throws where no caller can catch it (nodejs/undici#5360);
 * its buffers hold less than this.
 */
const unpausedBytes = 1024 * 1024;
/** So much of a body without a length is held in memory for a slow target; after that the connection is given up. */
const mostQueuedBytes = 64 * 1024 * 1024;

/** One request, and its body to the end. */
export async function attempt(location: LinkLocation | ApiLocation, context: AttemptContext): Promise<Attempt> {
  const { report, part, stallTimeoutMs, ended } = context;
  const cut = new AbortController();
  const unfollow = onAbort(ended, () => cut.abort(ended.reason));
  const guard = createStallGuard(report.platform, stallTimeoutMs, () => cut.abort());
  const interrupted = (cause: unknown): Attempt => ({
    is: "failed",
    error: guard.stalled
      ? new DownloadError("stalled", `Less than 1 KiB came within ${stallTimeoutMs} ms, again and again.`)
      : new DownloadError("interrupted", `The download broke off at byte ${part.bytes}, again and again.`, { cause }),
  });
  try {
    const known = {
      bytes: part.bytes,
      validator: context.keep ? undefined : part.validator,
      totalBytes: part.totalBytes,
    };
    let fetched: Fetched;
    try {
      fetched = await guard.waiting(() =>
        fetchFile(location, requestHeaders(known), {
          signal: cut.signal,
          rules: { hosts: report.linkHosts, loopback: report.loopback },
          fetch: report.platform.fetch,
          timeoutMs: stallTimeoutMs,
          onRequest: context.onRequest,
        }),
      );
    } catch (error) {
      if (ReportKitError.isInstance(error) && !error.retryable) throw error;
      return interrupted(error);
    }
    context.onAnswer(fetched);
    const { response, link, framing } = fetched;
    const answer = readAnswer(response.status, response.headers, known, link !== undefined);
    switch (answer.is) {
      case "whole":
        // Not read at all: Node's fetch may end the process over a coded body. One without an address was made by a program.
        if (framing === "coded" && response.url !== "" && !context.acceptUnproven) throw unproven(framing);
        await part.startWhole(answer, context.keep);
        break;
      case "rest":
        part.startRest();
        break;
      case "misfit":
        part.forgetValidator();
        return { is: "failed", error: new DownloadError("changed", "The file became another one, again and again.") };
      case "expired":
      case "later":
      case "refused":
        return await refusal(fetched, answer.is, guard, report);
    }
    return await readBody(response, framing, { part, guard, ended, cut, interrupted });
  } finally {
    guard.stop();
    unfollow();
    cut.abort();
  }
}

/** An answer that is no file. @throws DownloadError `refused` where asking again would not help. */
async function refusal(
  { response, link }: Fetched,
  answer: "expired" | "later" | "refused",
  guard: StallGuard,
  { platform }: ReadyReport,
): Promise<Attempt> {
  const evidence = await guard.waiting(() => answerEvidence(response, link));
  const { status, headers } = response;
  const place = link === undefined ? "The API" : `The storage at ${link.host}`;
  const message = `${place} answered ${status} to the download${link && answer === "expired" ? ", again with a new link" : ""}. Run it again later; evidence has what the answer holds.`;
  const error = new DownloadError("refused", message, { status, evidence });
  if (answer === "refused") throw error;
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"), { now: platform.now(), date: headers.get("date") });
  return { is: "failed", error, retryAfterMs, relocate: answer === "expired" };
}

async function readBody(
  response: Response,
  framing: Framing,
  how: {
    readonly part: Part;
    readonly guard: StallGuard;
    readonly ended: AbortSignal;
    readonly cut: AbortController;
    readonly interrupted: (cause: unknown) => Attempt;
  },
): Promise<Attempt> {
  const { part, guard, ended, cut, interrupted } = how;
  const reader = response.body?.getReader();
  const length = bodyLength(response.headers);
  let came = 0;
  let queued = 0;
  let taken = Promise.resolve();
  for (;;) {
    let chunk: Uint8Array | undefined;
    try {
      ({ value: chunk } = await guard.waiting(async () => (await reader?.read()) ?? { value: undefined }));
    } catch (error) {
      await taken;
      return interrupted(error);
    }
    if (chunk === undefined) break;
    const { length: bytes } = chunk;
    const next = chunk;
    guard.received(bytes);
    came += bytes;
    queued += bytes;
    taken = taken.then(async () => {
      ended.throwIfAborted();
      if (bytes > 0) await part.take(next);
      queued -= bytes;
    });
    // More than was announced would fill the memory.
    const mayWait = length !== undefined && (length - came > unpausedBytes || came > length);
    if (mayWait) await taken;
    else taken.catch(() => cut.abort());
    if (queued > mostQueuedBytes) {
      cut.abort();
      await taken;
      return { is: "held back" };
    }
  }
  await taken;
  if (part.replaying)
    return { is: "failed", error: new DownloadError("changed", "The file became shorter, again and again.") };
  if (part.totalBytes === undefined || part.complete) return { is: "ended", framing };
  const message = `${part.bytes} bytes came of the ${part.totalBytes} that were announced, again and again.`;
  return { is: "failed", error: new DownloadError("short-body", message) };
}
