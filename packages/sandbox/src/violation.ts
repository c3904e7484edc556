import type { Provider } from "./provider.ts";

/** Something the sandbox itself did against a spec: always a fault of the sandbox or of the spec, never of the caller. */
export interface Violation {
  readonly provider: Provider;
  /** The operation, or the webhook's name. */
  readonly operationId: string;
  readonly status: number | undefined;
  readonly problems: readonly string[];
}
