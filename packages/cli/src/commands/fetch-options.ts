import type { ReporterOptions } from "../reporter.ts";

/** Of commands that read the configuration. */
export interface ConfigOptions extends ReporterOptions {
  readonly config?: string | undefined;
  readonly journal?: string | undefined;
  /** A source or a series alone. */
  readonly only?: string | undefined;
}
