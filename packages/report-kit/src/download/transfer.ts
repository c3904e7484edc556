import { parseRetryAfter, ReportKitError } from "@report-kit/http";
import { ReportExpiredError, ReportFailedError } from "../errors.ts";
import type { ApiLocation, FileLocation, LinkLocation } from "../source/file-location.ts";
import { onAbort } from "../waiting/on-abort.ts";
import type { FinishedFile, Sink } from "./target.ts";
import { ask } from "./link/fetch-file.ts";
import type { Asked } from "./link/fetch-file.ts";
import { dispositionName } from "./name/content-disposition.ts";
import { DownloadError } from "./download-error.ts";
import type { DownloadContext, DownloadOptions, ReportFile } from "./download-contract.ts";
import { answerEvidence } from "./link/evidence.ts";
import { createPart, targetError } from "./part.ts";
import { bodyLength, readAnswer, requestHeaders } from "./link/range.ts";
import { createStallGuard } from "./link/stall-guard.ts";

/** Why one attempt came to nothing, and what to do about it. */
interface Failure {
  readonly error: unknown;
  /** Ask for another link. */
  readonly relocate?: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** Attempts in a row that may bring nothing new: by a cut, and by a link that is refused although it is fresh. */
const mostFailures = 8;
const mostRefusals = 3;
/** Whoever asks to be left alone for longer is asked by a later download, and not sooner. */
const longestHoldMs = 15 * 60_000;
/**
 * The end of a body is read without waiting for the target. Where a connection ends while its body waits to be read, the
 * fetch of Node throws where nobody can catch it (nodejs/undici#5360, mended in undici 8); it holds back less than this.
 */
const unpausedBytes = 1024 * 1024;
/** What counts as something new: a server that drips a byte per answer would be asked for ever. */
const leastProgressBytes = 1024;

/** Bring a file into a sink: attempt after attempt, as long as each brings something. */
export async function transfer(
  context: DownloadContext,
  sink: Sink,
  options: DownloadOptions & { readonly stallTimeoutMs: number },
): Promise<ReportFile> {
  const { platform, timer } = context;
  const ended = new AbortController();
  const unfollow = [endWith(ended, options.signal, (reason) => reason), endWith(ended, sink.failed, targetError)];
  let location: LinkLocation | ApiLocation | undefined = context.first;
  if ((location?.expiresAt ?? Infinity) <= platform.now()) location = undefined;
  let answered: Asked | undefined;
  let requests = 0;
  let resigned = 0;
  const part = createPart(context, sink, {
    overwrite: options.overwrite ?? "same",
    unpack: options.unpack === true ? {} : options.unpack || undefined,
    onProgress: options.onProgress,
    told: () => ({
      link: answered?.link,
      names: [location?.fileName, dispositionName(answered?.response.headers.get("content-disposition") ?? null)],
      mediaTypes: [location?.mediaType, answered?.response.headers.get("content-type")],
    }),
  });

  try {
    ended.signal.throwIfAborted();
    await part.takeUp();
    await complete();
    const { head, sha256, empty } = await part.finish();
    ended.signal.throwIfAborted();
    const file: FinishedFile = { ...head, totalBytes: part.bytes, bytes: part.bytes, sha256 };
    const placed = await sink.commit(file).catch((error: unknown) => {
      throw targetError(error);
    });
    return {
      path: placed.path,
      name: head.name,
      mediaType: head.mediaType,
      bytes: part.bytes,
      sha256,
      empty,
      requests,
      resumed: part.resumed,
      resigned,
      ...(placed.unpacked === undefined ? {} : { unpacked: placed.unpacked }),
    };
  } catch (thrown) {
    const end: unknown = ended.signal.aborted ? ended.signal.reason : thrown;
    // Who reads the stream hears of it by the sink.
    const error = options.signal?.aborted === true ? end : context.outOfJob(end);
    const keep = goesOn(error) && (await part.checkpoint().catch(() => false));
    await sink.abandon(error, keep).catch(() => {});
    throw error;
  } finally {
    for (const stop of unfollow) stop?.();
  }

  /** Attempt after attempt, until all bytes are there. */
  async function complete(): Promise<void> {
    let failures = 0;
    let refusals = 0;
    let furthest = part.bytes;
    while (!part.complete) {
      ended.signal.throwIfAborted();
      const failure = await attempt();
      if (failure === undefined) return;
      ended.signal.throwIfAborted();
      if (part.bytes >= furthest + leastProgressBytes) {
        failures = 0;
        refusals = 0;
        furthest = part.bytes;
      }
      failures += 1;
      if (failure.relocate === true) refusals += 1;
      const { retryAfterMs = 0 } = failure;
      if (failures >= mostFailures || refusals >= mostRefusals || retryAfterMs > longestHoldMs) throw failure.error;
      const backoffMs = Math.min(30_000, 250 * 2 ** failures) * (0.5 + platform.random() / 2);
      const waitMs = Math.max(backoffMs, retryAfterMs);
      await timer.wait(platform.now() + waitMs, { signal: ended.signal });
      if (failure.relocate === true) {
        location = undefined;
        resigned += 1;
      }
    }
  }

  /** One request, and its body to the end. @returns undefined when that was the whole rest. */
  async function attempt(): Promise<Failure | undefined> {
    const cut = new AbortController();
    const unfollowEnd = onAbort(ended.signal, () => cut.abort(ended.signal.reason));
    const guard = createStallGuard(platform, options.stallTimeoutMs, () => cut.abort());
    const interrupted = (cause: unknown): Failure => ({
      error: guard.stalled
        ? new DownloadError("stalled", `Less than 1 KiB came within ${options.stallTimeoutMs} ms, again and again.`)
        : new DownloadError("interrupted", `The download broke off at byte ${part.bytes}, again and again.`, { cause }),
    });
    try {
      if (location === undefined) {
        const found = await locate(cut.signal);
        if ("error" in found) return found;
        location = found;
      }
      const from = location;
      const known = { bytes: part.bytes, validator: part.validator, totalBytes: part.totalBytes };
      try {
        answered = await guard.waiting(() =>
          ask(from, requestHeaders(known), {
            signal: cut.signal,
            rules: { hosts: context.linkHosts, loopback: context.loopback },
            fetch: platform.fetch,
            onRequest: () => (requests += 1),
          }),
        );
      } catch (error) {
        if (ReportKitError.isInstance(error) && !error.retryable) throw error;
        return interrupted(error);
      }
      const { response, link } = answered;
      const answer = readAnswer(response.status, response.headers, known, link !== undefined);
      if (answer.is === "whole") await part.startWhole(answer);
      else if (answer.is === "rest") part.goOn();
      else if (answer.is === "misfit") {
        part.forgetValidator();
        return { error: new DownloadError("changed", "The file became another one, again and again.") };
      } else {
        const evidence = await guard.waiting(() => answerEvidence(response, link));
        const { status, headers } = response;
        const message = `${link === undefined ? "The API" : "The storage"} answered ${status} to the download.`;
        const error = new DownloadError("refused", message, { status, evidence });
        if (answer.is === "refused") throw error;
        const retryAfterMs = parseRetryAfter(headers.get("retry-after"), {
          now: platform.now(),
          date: headers.get("date"),
        });
        return { error, retryAfterMs, relocate: answer.is === "expired" };
      }

      const reader = response.body?.getReader();
      let missing = bodyLength(response.headers) ?? Infinity;
      let taken = Promise.resolve();
      for (;;) {
        let read: ReadableStreamReadResult<Uint8Array> | undefined;
        try {
          read = await guard.waiting(async () => reader?.read());
        } catch (error) {
          await taken;
          return interrupted(error);
        }
        const { value: came } = read ?? {};
        if (came === undefined) break;
        guard.received(came.length);
        missing -= came.length;
        taken = taken.then(async () => {
          ended.signal.throwIfAborted();
          if (came.length > 0) await part.take(came);
        });
        // More than it said that it has would fill the memory.
        if (missing > unpausedBytes || missing < 0) await taken;
        else taken.catch(() => cut.abort());
      }
      await taken;
      if (part.replaying) return { error: new DownloadError("changed", "The file became shorter, again and again.") };
      if (part.totalBytes === undefined || part.complete) return undefined;
      const message = `${part.bytes} bytes came of the ${part.totalBytes} that were announced, again and again.`;
      return { error: new DownloadError("short-body", message) };
    } finally {
      guard.stop();
      unfollowEnd();
      cut.abort();
    }
  }

  async function locate(signal: AbortSignal): Promise<LinkLocation | ApiLocation | Failure> {
    let found: FileLocation;
    try {
      found = await context.locate(signal);
    } catch (error) {
      if (!ReportKitError.isInstance(error) || !error.retryable) throw error;
      return { error, ...("retryAfterMs" in error ? { retryAfterMs: error.retryAfterMs as number | undefined } : {}) }; // a ProviderError's
    }
    if (found.via !== "none") return found;
    const { reason, message } = found;
    if (reason === "expired") throw new ReportExpiredError({ message });
    if (reason === "failed") throw new ReportFailedError({ code: "failed", message, made: true });
    return { error: new DownloadError("not-ready", `There is no file at the moment: ${message}`) };
  }
}

/** Abort one with the other, if only it has already. */
function endWith(
  ended: AbortController,
  signal: AbortSignal | undefined,
  reason: (reason: unknown) => unknown,
): (() => void) | undefined {
  if (signal?.aborted === true) ended.abort(reason(signal.reason));
  return signal && onAbort(signal, () => ended.abort(reason(signal.reason)));
}

/** May a later download go on from the part? Not where the part itself is wrong, or the report is gone. */
function goesOn(error: unknown): boolean {
  if (!DownloadError.isInstance(error))
    return !ReportExpiredError.isInstance(error) && !ReportFailedError.isInstance(error);
  return ["interrupted", "stalled", "refused", "refused-link", "not-ready", "target"].includes(error.code);
}
