import { ReportKitError } from "@report-kit/http";
import { ReportExpiredError, ReportFailedError } from "../errors.ts";
import type { ApiLocation, FileLocation, LinkLocation } from "../source/file-location.ts";
import type { ReadyReport } from "../source/ready-report.ts";
import type { Attempt } from "./attempt.ts";
import { attempt } from "./attempt.ts";
import { DownloadError } from "./download-error.ts";
import type { Fetched } from "./link/fetch-file.ts";
import type { Framing } from "./link/framing.ts";
import { dispositionName } from "./name/content-disposition.ts";
import type { Hints } from "./name/file-name.ts";
import type { Part } from "./part.ts";

/** The requests of a download, one after another, and what they have come to so far. */
export interface Attempts {
  readonly requests: number;
  readonly linksRenewed: number;
  /** What the last answer shows of the file. */
  readonly hints: () => Hints;
  /**
   * Request the file until all its bytes are there, as long as each attempt brings something.
   * @returns how the last body was framed; `length` where no request was needed.
   * @throws DownloadError; what `locate` throws; the reason of `ended`.
   */
  complete(part: Part): Promise<Framing>;
}

/** Attempts in a row that may bring nothing new: by a cut, and by a link that is refused although it is fresh. */
const mostFailures = 8;
const mostRefusals = 3;
/** A server that wants to be left alone for longer gets its next request from a later download. */
const longestHoldMs = 15 * 60_000;
/** What counts as something new: a server that drips a byte per answer would be asked without end. */
const leastProgressBytes = 1024;

/** @param canTruncate the target can take back what was written, so that a changed file can start over. */
export function createAttempts(
  report: ReadyReport,
  how: {
    readonly stallTimeoutMs: number;
    readonly acceptUnproven: boolean;
    readonly ended: AbortSignal;
    readonly canTruncate: boolean;
  },
): Attempts {
  const { platform } = report;
  const { stallTimeoutMs, acceptUnproven, ended, canTruncate } = how;
  let location: LinkLocation | ApiLocation | undefined = report.link;
  if ((location?.expiresAt ?? Infinity) <= platform.now()) location = undefined;
  let answered: Fetched | undefined;
  let requests = 0;
  let linksRenewed = 0;

  async function next(part: Part, keep: boolean): Promise<Attempt> {
    const found = location ?? (await locate());
    if ("is" in found) return found;
    location = found;
    try {
      return await attempt(found, {
        report,
        part,
        stallTimeoutMs,
        acceptUnproven,
        ended,
        keep,
        onRequest: () => (requests += 1),
        onAnswer: (fetched) => (answered = fetched),
      });
    } catch (error) {
      const startOver = canTruncate && DownloadError.isInstance(error) && error.code === "changed";
      if (startOver) return { is: "failed", error };
      throw error;
    }
  }

  async function locate(): Promise<LinkLocation | ApiLocation | Attempt> {
    let found: FileLocation;
    try {
      found = await report.locate(ended);
    } catch (error) {
      if (!ReportKitError.isInstance(error) || !error.retryable) throw error;
      const retryAfterMs = "retryAfterMs" in error ? (error.retryAfterMs as number | undefined) : undefined; // a ProviderError's
      return { is: "failed", error, retryAfterMs };
    }
    if (found.via !== "none") return found;
    const { reason, message } = found;
    if (reason === "expired") throw new ReportExpiredError({ message });
    if (reason === "failed") throw new ReportFailedError({ code: "failed", message, made: true });
    return { is: "failed", error: new DownloadError("not-ready", `There is no file at the moment: ${message}`) };
  }

  return {
    get requests() {
      return requests;
    },
    get linksRenewed() {
      return linksRenewed;
    },
    hints: () => ({
      link: answered?.link,
      names: [location?.fileName, dispositionName(answered?.response.headers.get("content-disposition") ?? null)],
      mediaTypes: [location?.mediaType, answered?.response.headers.get("content-type")],
    }),
    async complete(part) {
      let failures = 0;
      let refusals = 0;
      let furthest = part.bytes;
      let keep = false;
      while (!part.complete) {
        ended.throwIfAborted();
        const came = await next(part, keep);
        if (came.is === "ended") return came.framing;
        ended.throwIfAborted();
        keep = came.is === "held back";
        if (part.bytes >= furthest + leastProgressBytes) {
          failures = 0;
          refusals = 0;
          furthest = part.bytes;
        }
        if (came.is === "held back") continue;
        failures += 1;
        if (came.relocate === true) refusals += 1;
        const { retryAfterMs = 0 } = came;
        if (failures >= mostFailures || refusals >= mostRefusals || retryAfterMs > longestHoldMs) throw came.error;
        const backoffMs = Math.min(30_000, 250 * 2 ** failures) * (0.5 + platform.random() / 2);
        const afterMs = Math.round(Math.max(backoffMs, retryAfterMs));
        const until = platform.now() + afterMs;
        const reason = came.error instanceof Error ? came.error.message : "no answer";
        report.emit({ type: "interrupted", bytes: part.bytes, reason, until: new Date(until).toISOString(), afterMs });
        await report.waitUntil(until, { signal: ended });
        if (came.relocate !== true) continue;
        location = undefined;
        linksRenewed += 1;
      }
      return "length";
    },
  };
}
