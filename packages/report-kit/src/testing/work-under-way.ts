/** The parts of Node's `process` that are asked; another platform may have none of them. */
const { process: ofNode } = globalThis as {
  readonly process?: {
    readonly getActiveResourcesInfo?: () => readonly string[];
    readonly getBuiltinModule?: (name: string) => unknown;
  };
};
/** Of the platform, whatever a test puts in its place later. */
const realNow = performance.now.bind(performance);
/** A request that makes no progress for so long waits for the test's own clock: a timer answers it, or ends it. */
const patienceMs = 1_000;
/** Requests by `fetch` that have not come to an end, and when each made progress last. */
const requests = new Map<object, number>();
let isWatching = false;

type Subscribe = (channel: string, listener: (message: unknown) => void) => void;

/** From now on, notice requests by `fetch`: Node publishes on these channels what becomes of each. */
export function watchRequests(): void {
  if (isWatching) return;
  isWatching = true;
  const channels = ofNode?.getBuiltinModule?.("node:diagnostics_channel") as // untyped, as modules by name are
    { readonly subscribe?: Subscribe } | undefined;
  const listen = (event: string, act: (request: object) => void): void =>
    channels?.subscribe?.(`undici:request:${event}`, (message) => {
      const { request } = message as { readonly request: object }; // the documented shape of all these messages
      act(request);
    });
  for (const event of ["create", "bodySent", "headers"])
    listen(event, (request) => void requests.set(request, realNow()));
  for (const event of ["trailers", "error"]) listen(event, (request) => void requests.delete(request));
}

/**
 * Whether this process waits for a file operation, the look-up of a name, a connection or a request by `fetch`. Only Node
 * can say so. Elsewhere the answer is no, as it is for what Node does not list: a query to a database, another process.
 */
export function isWorkUnderWay(): boolean {
  const stillSince = realNow() - patienceMs;
  for (const [request, at] of requests) if (at < stillSince) requests.delete(request);
  return requests.size > 0 || (ofNode?.getActiveResourcesInfo?.() ?? []).some((name) => /Req|ConnectWrap/.test(name));
}
