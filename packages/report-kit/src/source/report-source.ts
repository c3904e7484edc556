import type { JsonObject } from "../json.ts";
import type { FileLocation } from "./file-location.ts";
import type { Observation } from "./observation.ts";

/**
 * How a source keeps one wanted report from being made twice (docs/adr: the four tiers).
 *
 * - `create-or-get`: the provider answers the same parameters with the same report; asking again is free.
 * - `client-id`: we send an identifier made from the key, and can ask for the report by it, once the provider has been
 *   seen to keep it.
 * - `list`: the provider makes a new report for each request, but lists what it made.
 * - `lookup`: nothing is made on request; asking is a read.
 */
export type IdempotencyTier = "create-or-get" | "client-id" | "list" | "lookup";

/** What a source declares about itself; the step acts on this alone. */
export interface SourceProfile {
  readonly tier: IdempotencyTier;
  /** Can the provider make the same report anew after it expired? Only then may a caller raise the epoch. */
  readonly remakes: boolean;
  /**
   * Milliseconds after which a report that was made is sure to be visible to `find`. Absent = no such bound is known:
   * then not finding it proves nothing, and an unclear create can end `indeterminate`.
   */
  readonly visibilityBoundMs?: number | undefined;
  /**
   * Milliseconds to go on looking for a report that may have been made, on a source without a visibility bound, before
   * the job ends `indeterminate`. Default 30 minutes.
   */
  readonly searchForMs?: number | undefined;
  /**
   * `create` calls `onDeparture` before each request that leaves. What ends before that has certainly sent nothing: refused
   * credentials, an abort, an error of the client. Default false: then only the error itself can prove it.
   */
  readonly reportsDeparture?: boolean | undefined;
  /** Requests a second that all jobs of this source in one process share. Default 10. */
  readonly requestsPerSecond?: number | undefined;
}

/** The days that a report covers, both included: `"2026-11-19"`. They are days of the zone that the source counts in. */
export interface ReportPeriod {
  readonly from: string;
  readonly to: string;
}

/** What a source makes of a caller's request before anything is sent. */
export interface PreparedReport {
  /** The report type, in the provider's own word: `"camt053"`, `"settlement"`. */
  readonly reportType: string;
  /**
   * The whole request, normalised, as JSON. It travels in the bookmark and the journal, so it holds no secret; preparing
   * it again gives the same.
   */
  readonly request: JsonObject;
  /** The part of the request that says which report it is: what the key is made of. */
  readonly identity: JsonObject;
  /**
   * What earlier versions of this source made the key of. A job that a journal has under such a key goes on under the new
   * one; its bookmark keeps working.
   */
  readonly formerIdentities?: readonly JsonObject[] | undefined;
  /** The days that the report covers. Names of files and lists of jobs have it; the key does not. */
  readonly period?: ReportPeriod | undefined;
  /** Epoch milliseconds: when the provider documents the report to be ready, where it does. The schedule is anchored on it. */
  readonly readyAt?: number | undefined;
  /**
   * What the file is, as far as the request says it: anything else in its place is an error. `camt053` is a camt.053
   * statement, `xml` any XML document.
   */
  readonly expects?: "camt053" | "xml" | "csv" | "xlsx" | "zip" | undefined;
  /** Epoch milliseconds: a deadline a caller who names none should wait for, where the provider documents one. */
  readonly deadlineAt?: number | undefined;
}

/** What a source gets with each call. */
export interface SourceCall {
  readonly key: string;
  readonly epoch: number;
  /** The normalised request of `PreparedReport`. */
  readonly request: JsonObject;
  /** The provider's own identifier of the report, once one is known. */
  readonly reference?: string | undefined;
  /** The file's name, once the provider has given it. */
  readonly fileName?: string | undefined;
  /** Epoch milliseconds at which the intent to create was written down, once it was. */
  readonly intentAt?: number | undefined;
  /** Looks in a row, up to this one, that brought no useful answer, and the epoch milliseconds of the first of them. */
  readonly failures?: number | undefined;
  readonly failingSince?: number | undefined;
  /**
   * Answers in a row, up to this call, that did not show the report (`absent`, `unknown`), and the epoch milliseconds of
   * the first of them.
   */
  readonly missed?: number | undefined;
  readonly missedSince?: number | undefined;
  /** Epoch milliseconds now, on the kit's clock. */
  readonly now: number;
  /** Whether the provider has been seen to keep the identifier we send (tier `client-id`). */
  readonly echoProven: boolean;
  /** Of a create: epoch milliseconds on the kit's clock after which the request must not leave; see `onDeparture`. */
  readonly notAfter?: number | undefined;
  /**
   * Of a create: call it right before the request leaves, or hand it to a client of `@report-kit/http` (`onDeparture` of a
   * call). It throws when it is too late (`notAfter`), because another worker may create the report from then on: a source
   * that does not call it can have a report made twice.
   */
  readonly onDeparture?: (() => void) | undefined;
  /**
   * Whether a report belongs to another job of this source (tier `list`), by its reference, or by its file name where a
   * listing has no reference. `find` leaves such a report out. Two reads of the journal at most.
   */
  readonly belongsToAnotherJob?: ((reference: string) => Promise<boolean>) | undefined;
  readonly signal: AbortSignal;
}

/** What was asked of the provider. */
export type Asked = "create" | "look" | "find";

/**
 * A report source: one provider account that makes reports. The five built-in ones live in `report-kit/circle`,
 * `/begateway`, `/monato` and `/mercadopago`; a provider of your own is an object of this shape.
 *
 * Each method that takes a `SourceCall` makes at most one request to the provider and says what it saw as an
 * `Observation`. It throws what its HTTP client throws; what an error means is decided by `explain` (or, where a source
 * has none, by the defaults of `explainError`).
 */
export interface ReportSource<Request = unknown> {
  /** Names the source in journals, bookmarks and on disk, the same in every process: `"circle/treasury"`. No secret. */
  readonly id: string;
  readonly provider: string;
  readonly account: string;
  /** The API's origin, part of the key: production and sandbox reports are different reports. */
  readonly origin: string;
  readonly profile: SourceProfile;
  /**
   * Hosts a download link may lead to: exact names, `*.example.com` for any name below one, `s3.*.example.com` for any one
   * label.
   */
  readonly linkHosts: readonly string[];

  /**
   * Check and normalise a request. Pure: no request leaves. `prepare(prepared.request)` gives `prepared` again.
   * @throws ReportRequestError naming the field, what was expected and what came.
   */
  prepare(request: Request, context: { readonly now: number }): PreparedReport;
  /** Ask the provider to make the report. Absent for `lookup` sources. */
  create?(call: SourceCall): Promise<Observation>;
  /** Look whether the report is there. */
  look(call: SourceCall): Promise<Observation>;
  /**
   * Look at all of the account's reports by one request. Where a source can, the jobs that wait for it in one process
   * share it: one look serves them all. The answer says of a reference what `look` would; undefined = it does not say.
   */
  list?(call: Pick<SourceCall, "now" | "signal">): Promise<(reference: string) => Observation | undefined>;
  /**
   * After a create whose end is unclear: was it made? `absent` = surely not made (only after the visibility bound),
   * `pending` or `ready` with a `reference` = made, adopt it. Called with `place` 0, 1, … while it answers
   * `{ is: "searching", more: true }`, one request each.
   */
  find?(call: SourceCall, place: number): Promise<Observation>;
  /** Where the file of a ready report lies now: a fresh link, or a way to open it through the API. */
  locate(call: SourceCall): Promise<FileLocation>;
  /** What an error of `create`, `look` or `find` means here, where it differs from the defaults; undefined = the defaults. */
  explain?(error: unknown, during: Asked, call: SourceCall): Observation | undefined;
}

/** The request a source takes. */
export type RequestOf<Source> = Source extends ReportSource<infer Request> ? Request : never;
