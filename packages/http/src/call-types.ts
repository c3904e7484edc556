/** How to read a success: parsed JSON, or the body as it is. */
export type ParseAs = "json" | "text" | "blob" | "arrayBuffer" | "stream";

type ResponsesOf<Operation> = Operation extends { responses: infer Responses } ? Responses : never;

/** The documented 2xx statuses of an operation. */
export type OkStatus<Operation> = keyof {
  [
    Status in keyof ResponsesOf<Operation> as Status extends number | string
      ? `${Status}` extends `2${string}`
        ? Status
        : never
      : never
  ]: unknown;
};

/** What the description says is in an answer; undefined where it says that nothing is. */
type ContentOf<Response> = Response extends { content: infer Content } ? Content[keyof Content] : undefined;

type Parsed<Content, As extends ParseAs> = Content extends undefined
  ? undefined
  : {
      json: Content;
      text: string;
      blob: Blob;
      arrayBuffer: ArrayBuffer;
      stream: ReadableStream<Uint8Array<ArrayBuffer>>;
    }[As];

/** A success, told apart by its status: `status` 200 has the data of 200, `status` 202 that of 202. */
export type Success<Operation, As extends ParseAs = "json"> = {
  [Status in OkStatus<Operation>]: {
    readonly status: Status;
    readonly data: Parsed<ContentOf<ResponsesOf<Operation>[Status & keyof ResponsesOf<Operation>]>, As>;
    readonly response: Response;
  };
}[OkStatus<Operation>];

/**
 * What `error` is when the answer holds nothing that the description knows: no body, HTML, a redirect that was not followed.
 * openapi-fetch's types do not have it: an `error` can always be one of these, whatever its type.
 */
export interface UndescribedError {
  /** What came, in a sentence: `"HTTP 404 with an empty body"`. */
  readonly message: string;
  /** The beginning of the body, without secrets, if there was one. */
  readonly excerpt?: string | undefined;
}

/** How often, and how long, a call may be repeated; only calls of operations that are safe to repeat are. */
export interface RetryOptions {
  /** Attempts after the first. Default 2. */
  readonly retries?: number | undefined;
  /**
   * Milliseconds: a call waits this long in all between its attempts. Default 60,000. When a Retry-After asks for more, the answer is
   * given back at once, for the caller to come again later.
   */
  readonly maxWaitMs?: number | undefined;
}

/** What a client takes for all its calls, and a call for itself. */
export interface SharedSettings {
  /** Milliseconds for each attempt, until its answer has been read (`parseAs: "stream"`: until its headers came). Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Repeats of operations that are safe to repeat. Default: twice, waiting 60 s at most in all. */
  readonly retry?: false | RetryOptions | undefined;
  /** A longer answer is refused, counted after decoding; a stream is not bounded. Default 16 MiB. */
  readonly maxBodyBytes?: number | undefined;
}

/**
 * What a call takes besides openapi-fetch's `params`, `body`, `parseAs`, `headers`, `signal`, `middleware` and `fetch`. openapi-fetch's
 * types let any other name through; these are checked when the call is made. Let the compiler check them too with
 * `...({ timeoutMs: 5000 } satisfies CallSettings)`.
 */
export interface CallSettings extends SharedSettings {
  /**
   * Called right before each request of this call (each attempt, each redirect) is handed to `fetch`, below middleware, credentials and
   * retries. While it has not been called, nothing was sent, whatever the call ends with: an abort, an error of a credential function or of
   * middleware. When it throws, that request does not leave, and the call ends: look at the clock here where a request must not leave late.
   */
  readonly onDeparture?: (() => void) | undefined;
}
