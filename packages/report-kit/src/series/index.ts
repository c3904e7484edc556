export { createSeries } from "./create-series.ts";
export type {
  DeliverMissingOptions,
  Every,
  MissingReason,
  MissingReport,
  RetryPolicy,
  Series,
  SeriesOptions,
  SeriesResult,
} from "./series.ts";
