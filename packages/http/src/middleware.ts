/** What middleware is told about a call, as by openapi-fetch. */
export interface MiddlewareCall {
  /** Without the credentials, which are set below all middleware. */
  readonly request: Request;
  /** The path as the description has it: `/v1/reports/{id}`. */
  readonly schemaPath: string;
  /** The `params` of the call. */
  readonly params: object;
}

/**
 * Middleware as of openapi-fetch: it runs around all attempts of a call, the first one added outermost.
 *
 * - `onRequest` may give another Request, or a Response in place of asking the provider.
 * - `onResponse` may give another Response; to read a body, read a clone.
 * - `onError` may give a Response in place of what was thrown, or another Error.
 */
export interface Middleware {
  onRequest?(call: MiddlewareCall): Promise<Request | Response | void> | Request | Response | void;
  onResponse?(call: MiddlewareCall & { readonly response: Response }): Promise<Response | void> | Response | void;
  onError?(
    call: MiddlewareCall & { readonly error: unknown },
  ): Promise<Response | Error | void> | Response | Error | void;
}

/** Send a request through middleware. */
export async function sendThrough(
  middleware: readonly Middleware[],
  call: MiddlewareCall,
  send: (request: Request) => Promise<Response>,
): Promise<Response> {
  let { request } = call;
  for (const layer of middleware) {
    const given = await layer.onRequest?.({ ...call, request });
    if (given instanceof Response) return given;
    if (given) request = given;
  }
  let response: Response | undefined;
  let error: unknown;
  try {
    response = await send(request);
  } catch (thrown) {
    error = thrown;
    for (const layer of middleware.toReversed()) {
      const given = await layer.onError?.({ ...call, request, error });
      if (given instanceof Response) {
        response = given;
        break;
      }
      if (given) error = given;
    }
  }
  if (response === undefined) throw error;
  for (const layer of middleware.toReversed())
    response = (await layer.onResponse?.({ ...call, request, response })) ?? response;
  return response;
}
