/** How to read a success: parsed JSON, or the body as it is. */
export type ParseAs = "json" | "text" | "blob" | "arrayBuffer" | "stream";

/** The methods that a client has. */
export type HttpMethod = "get" | "put" | "post" | "patch" | "delete";

/** The paths of an API that have this method. */
export type PathsWithMethod<Paths, Method extends HttpMethod> = {
  [Path in keyof Paths]: Paths[Path] extends { readonly [Name in Method]: { readonly responses: unknown } }
    ? Path
    : never;
}[keyof Paths] &
  string;

/** The operation at a path: a member of the generated `operations`. */
export type OperationAt<Paths, Path, Method extends HttpMethod> = Path extends keyof Paths
  ? Method extends keyof Paths[Path]
    ? Paths[Path][Method]
    : never
  : never;

type ResponsesOf<Operation> = Operation extends { readonly responses: infer Responses } ? Responses : never;
type IsOk<Status> = Status extends number | string ? (`${Status}` extends `2${string}` ? true : false) : false;

/** The documented 2xx statuses of an operation. */
export type OkStatus<Operation> = {
  [Status in keyof ResponsesOf<Operation>]: IsOk<Status> extends true ? Status : never;
}[keyof ResponsesOf<Operation>];

/** What the description says is in an answer; undefined where it says that nothing is. */
type ContentOf<Response> = Response extends { readonly content: infer Content } ? Content[keyof Content] : undefined;

type Parsed<Content, As extends ParseAs> = Content extends undefined
  ? undefined
  : {
      readonly json: Content;
      readonly text: string;
      readonly blob: Blob;
      readonly arrayBuffer: ArrayBuffer;
      readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
    }[As];

/** A success, told apart by its status: `status` 200 has the data of 200, `status` 202 that of 202. */
export type Success<Operation, As extends ParseAs = "json"> = {
  [Status in OkStatus<Operation>]: {
    readonly status: Status;
    readonly data: Parsed<ContentOf<ResponsesOf<Operation>[Status]>, As>;
    readonly response: Response;
  };
}[OkStatus<Operation>];

/** What `error` is when the answer holds nothing that the description knows: no body, HTML, a redirect that was not followed. */
export interface UndescribedError {
  /** What came, in a sentence: `"HTTP 404 with an empty body"`. */
  readonly message: string;
  /** The begin of the body, without secrets, if there was one. */
  readonly excerpt?: string;
}

/** The error bodies that an operation documents. */
export type DocumentedError<Operation> = {
  [Status in keyof ResponsesOf<Operation>]: IsOk<Status> extends true
    ? never
    : NonNullable<ContentOf<ResponsesOf<Operation>[Status]>>;
}[keyof ResponsesOf<Operation>];

/** Carries the operation's type from a call to `orThrow`; there is no such property at run time. */
declare const operationOf: unique symbol;

/** What a call resolves to, whatever the provider answered. `error` is there, and not empty, exactly when the status is not 2xx. */
export type CallResult<Operation, As extends ParseAs = "json"> = (
  | { readonly data: Success<Operation, As>["data"]; readonly error?: never; readonly response: Response }
  | {
      readonly data?: never;
      readonly error: DocumentedError<Operation> | UndescribedError;
      readonly response: Response;
    }
) & { readonly [operationOf]?: { readonly operation: Operation; readonly as: As } };

type RequiredKeys<T> = { [Key in keyof T]-?: object extends Pick<T, Key> ? never : Key }[keyof T];

type ParamsOption<Operation> = Operation extends { readonly parameters: infer Params }
  ? RequiredKeys<Params> extends never
    ? { readonly params?: Params }
    : { readonly params: Params }
  : object;

type RequestBodyOf<Operation> = "requestBody" extends keyof Operation ? Operation["requestBody"] : undefined;

type BodyOption<Operation> = [NonNullable<RequestBodyOf<Operation>>] extends [never]
  ? { readonly body?: never }
  : undefined extends RequestBodyOf<Operation>
    ? { readonly body?: ContentOf<NonNullable<RequestBodyOf<Operation>>> }
    : { readonly body: ContentOf<RequestBodyOf<Operation>> };

type MediaTypes<Response> = Response extends { readonly content: infer Content } ? keyof Content : `${string}/json`;
type OkMediaTypes<Operation> = MediaTypes<ResponsesOf<Operation>[OkStatus<Operation>]>;

/** An operation that answers with files alone must be told how to read them; the others answer with JSON. */
type ParseAsOption<Operation, As extends ParseAs> = [Extract<OkMediaTypes<Operation>, `${string}json`>] extends [never]
  ? { readonly parseAs: As & Exclude<ParseAs, "json"> }
  : { readonly parseAs?: As };

/** How often, and how long, a call may be repeated; only calls of operations that are safe to repeat are. */
export interface RetryOptions {
  /** Attempts after the first. Default 2. */
  readonly retries?: number;
  /**
   * Milliseconds: a call waits this long in all between its attempts. Default 60,000. When a Retry-After asks for more, the answer is
   * given back at once, for the caller to come again later.
   */
  readonly maxWaitMs?: number;
}

/** What each call takes besides `params`, `body` and `parseAs`. */
export interface CallSettings {
  /** Rejects the call with the signal's own reason; a stream that is being read ends as well. */
  readonly signal?: AbortSignal;
  /** Milliseconds for each attempt, until its answer has been read (`parseAs: "stream"`: until its headers came). */
  readonly timeoutMs?: number;
  readonly retry?: false | RetryOptions;
  /** More headers. The client's credentials are set after them. */
  readonly headers?: Headers | Readonly<Record<string, string>>;
}

/** What a call of one operation takes. Nothing else compiles. */
export type CallOptions<Operation, As extends ParseAs = "json"> = ParamsOption<Operation> &
  BodyOption<Operation> &
  ParseAsOption<Operation, As> &
  CallSettings;

type CallArguments<Operation, As extends ParseAs> =
  RequiredKeys<CallOptions<Operation, As>> extends never
    ? [options?: CallOptions<Operation, As>]
    : [options: CallOptions<Operation, As>];

/** One method of a client: `client.GET("/v1/reports/{id}", { params: { path: { id } } })`. */
export type ClientMethod<Paths, Method extends HttpMethod> = <
  Path extends PathsWithMethod<Paths, Method>,
  As extends ParseAs = "json",
>(
  path: Path,
  ...options: CallArguments<OperationAt<Paths, Path, Method>, As>
) => Promise<CallResult<OperationAt<Paths, Path, Method>, As>>;
