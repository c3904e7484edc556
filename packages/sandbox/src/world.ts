import type { Clock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { Links } from "./links.ts";
import type { Origin, Provider } from "./provider.ts";
import type { NewReport, ReportBook } from "./report-book.ts";
import type { KnownSecret, SeenRequest } from "./seen-request.ts";
import type { Violation } from "./violation.ts";

/** What all servers of one sandbox share. */
export interface World {
  readonly clock: Clock;
  readonly seed: string;
  readonly links: Links;
  readonly book: ReportBook;
  readonly faults: Faults;
  readonly secrets: KnownSecret[];
  readonly requests: SeenRequest[];
  readonly violations: Violation[];
  /** How long a signed link of this provider works, in milliseconds. */
  readonly linkLifeMs: Readonly<Record<Provider, number>>;
  /** How many rows (movements, transactions) the file of a report has. */
  readonly rows: (report: NewReport) => number;
}

/** The fields of a request that are known later than its arrival may be set by the server that handles it. */
export type RecordedRequest = { -readonly [Field in keyof SeenRequest]: SeenRequest[Field] } & {
  readonly origin: Origin;
};
