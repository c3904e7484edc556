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
 * A notice has no id of its own: it is told by whom and what it is about. Its journal record says where it stands:
 *
 * - none: nobody has acted on it;
 * - `until` in the future: somebody is acting on it, and moves `until` on while alive;
 * - `until` past: somebody was, and failed or died. The next delivery, or `resumeMonatoNotices`, acts on it;
 * - `doneAt`: acted on. It is not acted on again for as long as the record is kept (`pruneJobs`).
 *
 * The record is written before the delivery is acknowledged, so what was acknowledged is not forgotten; `doneAt` is written
 * after the work, so what was not done is not taken for done. Between the two a process can die: then the work is done
 * again. It is a look and a call of `onReport`, both harmless twice.
 */
export interface NoticeClaim {
  readonly notice: MonatoNotice;
  /**
   * Act on it, and write down how that went.
   * @param work resolves once the notice needs no more: `"forget"` leaves no record of it
   * @throws what the work throws, after giving the claim up; JournalError when the end could not be written
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
 * Become the one who acts on a notice.
 * @returns undefined when it was acted on, or somebody is at it.
 * @throws JournalError
 */
export async function claimNotice(notice: MonatoNotice, context: ClaimContext): Promise<NoticeClaim | undefined> {
  const { id, origin } = context.source;
  const hash = sha256(new TextEncoder().encode(canonicalJson({ id, origin, ...notice }))).slice(0, 16);
  const name = noticeRecordPrefix + bytesToHex(hash);
  return claim(name, { v: 1, source: id, notice, until: 0 }, context);
}

/** Claims on the notices of a source that were acknowledged and, because something failed or died, never acted on. */
export async function* claimLeftNotices(context: ClaimContext): AsyncGenerator<NoticeClaim> {
  for await (const name of context.journal.list(noticeRecordPrefix)) {
    const left = await claim(name, undefined, context);
    if (left !== undefined) yield left;
  }
}

/** @param fresh what to write where there is no record; undefined = then there is nothing to claim */
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
  /** Undefined once another has taken over: what is written at an old revision is refused. */
  let revision: number | undefined = claimedAt;

  async function write(change: Partial<NoticeRecord>): Promise<void> {
    if (revision !== undefined)
      revision = await journal.write(name, noticeRecordToJson({ ...record, ...change }), revision);
  }

  /** Keep others away for as long as this process lives and works. */
  async function renew(signal: AbortSignal): Promise<void> {
    // One for each claim: on Workers a timer ends with the request that set it, and takes what others put on it along.
    const timer = createTimer(clock);
    try {
      while (revision !== undefined) {
        await timer.wait(timer.now() + leaseMs / 3, { signal, unref: true });
        // A journal that is away may be back by the next time; if not, another may act on the notice too, which is harmless.
        await write({ until: timer.now() + leaseMs }).catch(() => undefined);
      }
    } catch {
      // The work is over: the wait was called off.
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
        await write({ until: 0 }).catch(() => undefined); // it lapses by itself, a minute later
        throw error;
      }
      await stop();
      if (end === "done") await write({ until: 0, doneAt: clock.now() });
      else if (revision !== undefined) await journal.remove(name, revision);
    },
  };
}
