import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { canonicalJson } from "../identity/canonical-json.ts";
import type { Journal } from "../journal/journal.ts";
import type { ReportSource } from "../source/report-source.ts";
import { createTimer } from "../waiting/timer.ts";
import type { TimerPlatform } from "../waiting/timer.ts";
import type { MonatoNotice } from "./monato-notice.ts";
import type { NoticeRecord } from "./notice-record.ts";
import { noticeRecordPrefix, noticeRecordToJson, parseNoticeRecord } from "./notice-record.ts";

/**
 * How a notice is acted on once.
 *
 * A notice has no id of its own: its client and its content identify it. Its journal record has its state:
 *
 * - no record: no worker has acted on it;
 * - `until` in the future: a worker is acting on it, and renews `until` while it lives;
 * - `until` in the past: a worker failed or died. The next delivery, or `resumeMonatoNotices`, acts on it;
 * - `doneAt`: done. It is not acted on again while the record is kept (`pruneJobs`).
 *
 * The record is written before the delivery is acknowledged, so no acknowledged notice is lost. `doneAt` is written after the
 * work, so no unfinished work counts as done. A process that dies between the two leads to the work being done twice: one
 * look and one call of `onReport`, both harmless.
 */
export interface NoticeClaim {
  readonly notice: MonatoNotice;
  /**
   * Do the work, and record its end.
   * @param work resolves once the notice needs no more work; `"forget"` removes its record
   * @throws what the work throws, after the claim was released; JournalError when the end could not be written
   */
  run(work: () => Promise<"done" | "forget">): Promise<void>;
}

/** What a claim needs of the world. */
export interface ClaimContext {
  readonly journal: Journal;
  readonly clock: TimerPlatform;
  readonly source: Pick<ReportSource, "id" | "origin">;
}

const leaseMs = 60_000;

/**
 * Claim a notice for this worker.
 * @returns undefined when it is done, or another worker is acting on it.
 * @throws JournalError
 */
export async function claimNotice(notice: MonatoNotice, context: ClaimContext): Promise<NoticeClaim | undefined> {
  const { id, origin } = context.source;
  const hash = sha256(new TextEncoder().encode(canonicalJson({ id, origin, ...notice }))).slice(0, 16);
  const name = noticeRecordPrefix + bytesToHex(hash);
  return claim(name, { v: 1, source: id, notice, until: 0 }, context);
}

/** Claim the notices of a source that were acknowledged but not finished. */
export async function* claimLeftNotices(context: ClaimContext): AsyncGenerator<NoticeClaim> {
  for await (const name of context.journal.list(noticeRecordPrefix)) {
    const left = await claim(name, undefined, context);
    if (left !== undefined) yield left;
  }
}

/** @param fresh the record to write where there is none; undefined: then there is nothing to claim */
async function claim(
  name: string,
  fresh: NoticeRecord | undefined,
  context: ClaimContext,
): Promise<NoticeClaim | undefined> {
  const { journal, clock, source } = context;
  for (;;) {
    const found = await journal.read(name);
    const record = found === undefined ? fresh : parseNoticeRecord(found.value, name);
    if (
      record === undefined ||
      record.source !== source.id ||
      record.doneAt !== undefined ||
      record.until > clock.now()
    ) {
      return undefined;
    }
    const claimed = { ...record, until: clock.now() + leaseMs };
    const revision = await journal.write(name, noticeRecordToJson(claimed), found?.revision ?? 0);
    if (revision !== undefined) return heldClaim(name, claimed, revision, context);
  }
}

function heldClaim(name: string, record: NoticeRecord, claimedAt: number, context: ClaimContext): NoticeClaim {
  const { journal, clock } = context;
  /** Undefined once another worker has taken over: the journal refuses a write at an old revision. */
  let revision: number | undefined = claimedAt;

  async function write(change: Partial<NoticeRecord>): Promise<void> {
    if (revision !== undefined)
      revision = await journal.write(name, noticeRecordToJson({ ...record, ...change }), revision);
  }

  /** Renew the claim while the work goes on. */
  async function renew(signal: AbortSignal): Promise<void> {
    // A timer for each claim: on Workers a timer ends with the request that set it, and other claims must not depend on it.
    const timer = createTimer(clock);
    try {
      while (revision !== undefined) {
        await timer.wait(timer.now() + leaseMs / 3, { signal, unref: true });
        // The journal may be reachable again next time. If not, another worker may act on the notice too, which is harmless.
        await write({ until: timer.now() + leaseMs }).catch(() => undefined);
      }
    } catch {
      // The work is over: the wait was aborted.
    }
  }

  return {
    notice: record.notice,
    async run(work) {
      const working = new AbortController();
      const renewed = renew(working.signal);
      const stop = (): Promise<void> => {
        working.abort();
        return renewed;
      };
      let end: "done" | "forget";
      try {
        end = await work();
      } catch (error) {
        await stop();
        await write({ until: 0 }).catch(() => undefined); // the claim ends by itself after a minute
        throw error;
      }
      await stop();
      if (end === "done") await write({ until: 0, doneAt: clock.now() });
      else if (revision !== undefined) await journal.remove(name, revision);
    },
  };
}
