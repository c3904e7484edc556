const brand: unique symbol = Symbol.for("report-kit.error");

/** What every error of the family is made from. */
export interface ReportKitErrorOptions {
  /** What went wrong, in a stable word that programs can act on: `"timeout"`, `"http-429"`. */
  readonly code: string;
  /** One sentence: what happened, and what to do. Never a secret. */
  readonly message: string;
  /**
   * During what it happened: `"request"` (before anything was sent), `"create"`, `"wait"`, `"download"`, `"journal"`. What a call ends with
   * gets it from the report job that it comes out of.
   */
  readonly phase?: string | undefined;
  /** Whether doing the same again later can succeed. Default false. */
  readonly retryable?: boolean | undefined;
  /** Names the report job, where there is one: with it the job goes on anywhere. */
  readonly bookmark?: string | undefined;
  /** What caused it, already free of secrets. */
  readonly cause?: unknown;
}

/**
 * The base of every error of `@report-kit/http`, the provider packages and `report-kit`.
 *
 * Tell errors apart by `isInstance`, not by `instanceof`: it also knows the errors of another copy of the package.
 */
export class ReportKitError extends Error {
  override readonly name: string = "ReportKitError";
  declare readonly code: string;
  declare readonly phase: string | undefined;
  declare readonly retryable: boolean;
  declare readonly bookmark: string | undefined;

  /** Every other member of the options becomes a property of the error: the classes below declare theirs. */
  constructor({ message, cause, ...details }: ReportKitErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, details, { retryable: details.retryable ?? false });
    // Not enumerable, so that the brand neither prints nor serialises.
    Object.defineProperty(this, brand, { value: true });
  }

  /** Is it an error of this family, from whichever copy of the package? */
  static isInstance(error: unknown): error is ReportKitError {
    return typeof error === "object" && error !== null && brand in error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return ReportKitError.isInstance(error) && error.name === name;
}

/** What a ProviderError tells besides. */
interface ProviderFacts {
  /** `"circle"`, `"begateway"`, `"monato"`, `"mercadopago"`. */
  readonly provider: string;
  /** The operation's name in the provider's description, if it is one of its operations. */
  readonly operationId: string | undefined;
  /** The HTTP status. */
  readonly status: number;
  /** The provider's own code for what is wrong, if its answer has one: not ours, and not stable. */
  readonly providerCode?: string | undefined;
  /** The answer's `X-Request-Id`: what the provider's support asks for. */
  readonly requestId?: string | undefined;
  /** Milliseconds to wait, counted from the answer's arrival, if it said so (RFC 9110 Retry-After, never shortened). */
  readonly retryAfterMs?: number | undefined;
  /** The answer's body, bounded and without secrets. */
  readonly body?: unknown;
}

/** The provider answered, and the answer is no success: its status is not 2xx. */
export class ProviderError extends ReportKitError implements ProviderFacts {
  override readonly name = "ProviderError";
  declare readonly provider: string;
  declare readonly operationId: string | undefined;
  declare readonly status: number;
  declare readonly providerCode: string | undefined;
  declare readonly requestId: string | undefined;
  declare readonly retryAfterMs: number | undefined;
  declare readonly body: unknown;

  // The type of the options is what it is for.
  // oxlint-disable-next-line no-useless-constructor
  constructor(options: ReportKitErrorOptions & ProviderFacts) {
    super(options);
  }

  /** Is it a ProviderError, from whichever copy of the package? */
  static override isInstance(error: unknown): error is ProviderError {
    return isNamed(error, "ProviderError");
  }
}

/** What a TransportError tells besides. */
interface TransportFacts {
  /** `"too-late"`: a report job held the request back for too long (its `onDeparture`). `"too-large"`: the answer exceeds `maxBodyBytes`. */
  readonly code: "network" | "timeout" | "unreadable-answer" | "too-late" | "too-large";
  readonly provider: string;
  readonly operationId: string | undefined;
  /** False only where the request surely never left, such as a refused connection: the provider can't have acted on it. */
  readonly maybeSent: boolean;
  /** The HTTP status, where an answer came that can't be read. */
  readonly status?: number | undefined;
  /** That answer's media type, where it names one, as `redactText` leaves it: `text/plain;charset=…`. */
  readonly mediaType?: string | undefined;
}

/** No usable answer came: the network failed, time ran out, or what came can't be read. */
export class TransportError extends ReportKitError implements TransportFacts {
  override readonly name = "TransportError";
  declare readonly code: TransportFacts["code"];
  declare readonly provider: string;
  declare readonly operationId: string | undefined;
  declare readonly maybeSent: boolean;
  declare readonly status: number | undefined;
  declare readonly mediaType: string | undefined;

  constructor(options: ReportKitErrorOptions & TransportFacts) {
    super({ retryable: true, ...options });
  }

  /** Is it a TransportError, from whichever copy of the package? */
  static override isInstance(error: unknown): error is TransportError {
    return isNamed(error, "TransportError");
  }
}

/** What a RequestRefusedError tells besides. */
interface RefusalFacts {
  /** The field, as a path: `"params.path.id"`, `"baseUrl"`. */
  readonly field: string;
  readonly expected: string;
  /** What came, in a few words: never the value of a secret. */
  readonly received: string;
}

/** Bad input, found before anything was sent. */
export class RequestRefusedError extends ReportKitError implements RefusalFacts {
  override readonly name = "RequestRefusedError";
  declare readonly field: string;
  declare readonly expected: string;
  declare readonly received: string;

  constructor(facts: RefusalFacts) {
    const message = `${facts.field}: expected ${facts.expected}, got ${facts.received}. Nothing was sent.`;
    super({ code: "invalid-request", phase: "request", message, ...facts });
  }

  /** Is it a RequestRefusedError, from whichever copy of the package? */
  static override isInstance(error: unknown): error is RequestRefusedError {
    return isNamed(error, "RequestRefusedError");
  }
}

/** Refuse bad input. */
export function refuse(field: string, expected: string, received: string): never {
  throw new RequestRefusedError({ field, expected, received });
}
