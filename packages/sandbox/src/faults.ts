import type { Origin } from "./provider.ts";
import type { SeenRequest } from "./seen-request.ts";

/** Which requests a fault is for: all that are given must hold. */
export interface FaultTarget {
  readonly origin?: Origin;
  readonly operationId?: string;
  readonly method?: string;
  readonly path?: RegExp;
  readonly when?: (request: SeenRequest) => boolean;
}

/**
 * What goes wrong. `afterHandling: true` lets the provider do its work first, so that a report is made though its answer is lost or wrong;
 * without it the provider never sees the request.
 *
 * - `status`: another status; the body is the provider's own error body unless one is given (text, or JSON when not a string)
 * - `reset`: the connection is cut without an answer
 * - `empty`: a body of zero bytes (status 200 unless given)
 * - `html`: an HTML error page, as a gateway would send (status 502 unless given)
 * - `latency`: the answer comes `milliseconds` of real time later
 * - `truncate`: the answer announces its full length, `bytes` of it are sent, and the connection is cut
 * - `drip`: the answer comes in pieces of `bytes`, one every `milliseconds` of real time
 * - `report-fails`: the report is made, and fails when it would have become ready
 * - `nothing-made`: Mercado Pago's 203, accepted though nothing is made
 */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as Retry-After: seconds, or an HTTP date as text. */
      readonly retryAfter?: number | string;
      readonly afterHandling?: boolean;
    }
  | { readonly kind: "reset"; readonly afterHandling?: boolean }
  | { readonly kind: "empty"; readonly status?: number; readonly afterHandling?: boolean }
  | { readonly kind: "html"; readonly status?: number; readonly afterHandling?: boolean }
  | { readonly kind: "latency"; readonly milliseconds: number }
  | { readonly kind: "truncate"; readonly bytes: number }
  | { readonly kind: "drip"; readonly bytes: number; readonly milliseconds: number }
  | { readonly kind: "report-fails" }
  | { readonly kind: "nothing-made" };

/** The scripted faults of a sandbox. */
export interface Faults {
  /** The next `times` matching requests suffer the fault. The returned function takes back what is left of it. */
  add(target: FaultTarget, fault: Fault, times: number): () => void;
  /** The fault for this request, counted as used; the oldest that matches wins. */
  take(request: SeenRequest): Fault | undefined;
}

export function createFaults(): Faults {
  const scripted: { target: FaultTarget; fault: Fault; left: number }[] = [];
  return {
    add(target, fault, times) {
      const entry = { target, fault, left: times };
      scripted.push(entry);
      return () => {
        entry.left = 0;
      };
    },
    take(request) {
      const entry = scripted.find(({ target, left }) => left > 0 && matches(target, request));
      if (entry === undefined) return undefined;
      entry.left -= 1;
      return entry.fault;
    },
  };
}

function matches(target: FaultTarget, request: SeenRequest): boolean {
  return (
    (target.origin === undefined || target.origin === request.origin) &&
    (target.operationId === undefined || target.operationId === request.operationId) &&
    (target.method === undefined || target.method.toUpperCase() === request.method) &&
    (target.path === undefined || target.path.test(request.path)) &&
    (target.when === undefined || target.when(request))
  );
}
