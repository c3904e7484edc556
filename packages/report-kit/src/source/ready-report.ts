import type { OptionTable } from "@report-kit/http";
import type { Platform } from "../platform.ts";
import type { JsonObject } from "../json.ts";
import type { FileLocation, LinkLocation } from "./file-location.ts";
import type { ReportPeriod } from "./report-source.ts";

/** A delivery that was made before: of the same report, or of the report that this one corrects. */
export interface EarlierDelivery {
  readonly deliveryId: string;
  /** Of the file that was delivered; lower-case hex. */
  readonly sha256: string;
}

/** Which report a target is used for. */
export interface ReportIdentity {
  /** The id of the report source: `"circle/treasury"`. */
  readonly source: string;
  readonly provider: string;
  readonly account: string;
  readonly reportType: string;
  /** The report's key. */
  readonly key: string;
  /** The normalised request. */
  readonly request: JsonObject;
  /** The days that the report covers, where its source names them. */
  readonly period: ReportPeriod | undefined;
  /** Of `job.deliver`: which delivery this is. Undefined for `job.download`. */
  readonly delivery?:
    | {
        /** The same for every attempt at this delivery: a consumer that gets it twice drops the second. */
        readonly id: string;
        /** What was delivered before, when this report is delivered again. */
        readonly earlier?: EarlierDelivery | undefined;
      }
    | undefined;
}

/** A report that is ready: which it is, and what it took. Holds no secret. */
export interface ReportFacts extends ReportIdentity {
  /** The provider's own identifier of the report. */
  readonly reference: string;
  /** Requests sent for the report so far, without those for its file. */
  readonly requestsSent: number;
  /** Milliseconds from the first start of its job until it was ready. */
  readonly waitedMs: number;
}

/** A report that is ready, as a target receives it: what the file is, and how to get at it. Holds no secret but the link. */
export interface ReadyReport extends ReportFacts {
  /** The file's name as the provider gave it: untrusted. */
  readonly fileName: string | undefined;
  /** What the file must be, as far as the request says it. */
  readonly expects: "camt053" | "xml" | "csv" | "xlsx" | "zip" | undefined;
  /** A link that came with the provider's last answer; saves one request. */
  readonly link: LinkLocation | undefined;
  /** Hosts a link may lead to: exact names, or `*.example.com` for any name below one. */
  readonly linkHosts: readonly string[];
  /** The API runs on this machine: links to this machine, and http there, are allowed. */
  readonly loopback: boolean;
  readonly platform: Platform;
  /** Where the file lies now. Call it again when a link has expired. One request at most. */
  locate(signal: AbortSignal): Promise<FileLocation>;
  /** Publish what happens to the download as an event of the job. */
  readonly emit: (event: DownloadEvent) => void;
  /**
   * Of a delivery: renew this worker's right to deliver. Call it right before the file is handed over.
   * @throws when another worker has taken the delivery over, because this one stood still for too long.
   */
  readonly keepDelivery: () => Promise<void>;
  /** Wait until an instant (epoch milliseconds), on the timer that all waits of the process share. */
  waitUntil(untilMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** The same error with the job's bookmark and phase, as its caller receives it. */
  withBookmark(error: unknown): unknown;
}

/** Something that happened to the download of a job's file. */
export type DownloadEvent =
  /** It began, or continues: at most one event in 5 s. `bytesPerSecond` is the speed since the event before. */
  | {
      readonly type: "downloading";
      readonly bytes: number;
      readonly totalBytes?: number | undefined;
      readonly bytesPerSecond?: number | undefined;
    }
  /** An attempt ended early, and the next one resumes at `until`. */
  | {
      readonly type: "interrupted";
      readonly bytes: number;
      readonly reason: string;
      readonly until: string;
      readonly afterMs: number;
    }
  /** The file is whole, verified and in its place. */
  | { readonly type: "downloaded"; readonly name: string; readonly bytes: number; readonly sha256: string };

/**
 * Where the file of a report goes: `toDirectory` and `toFile` of `report-kit/node`, `toStream` and `asStream` of
 * `report-kit/download`, or your own. The target brings its download engine along, so that the core needs none.
 */
export interface Target<File, Options extends object = object> {
  /**
   * What the options of `receive` must be, by name: see `OptionTable`. Any other is refused before anything is sent. Without
   * it there are none.
   */
  readonly options?: OptionTable | undefined;
  /** It has room for one report, and the next one would take its place: a series refuses it. Default: room for all. */
  readonly holdsOne?: true | undefined;
  /**
   * Called before anything is sent. Rejects when the target can't be used (an option, a directory that can't be written, a
   * missing package), so that nobody waits for hours first.
   */
  check?(options: Partial<Options>, report: ReportIdentity): Promise<void>;
  /** Called once the report is ready. Resolves when the file is whole, verified and in its place. */
  receive(
    report: ReadyReport,
    options: Partial<Options> & { readonly signal?: AbortSignal | undefined },
  ): Promise<File>;
}
