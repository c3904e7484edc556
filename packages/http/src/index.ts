export { createProviderClient } from "./client.ts";
export type { ClientOptions, OperationTable, ProviderClient, ProviderClientOptions } from "./client.ts";
export type {
  CallOptions,
  CallResult,
  CallSettings,
  ClientMethod,
  DocumentedError,
  HttpMethod,
  OkStatus,
  OperationAt,
  ParseAs,
  PathsWithMethod,
  RetryOptions,
  Success,
  UndescribedError,
} from "./call-types.ts";
export { orThrow } from "./or-throw.ts";
export { ProviderError, ReportKitError, RequestRefusedError, TransportError } from "./errors.ts";
export type { ReportKitErrorOptions } from "./errors.ts";
export { apiKeyHeader, basic, bearer } from "./credentials.ts";
export type { Authorization, Credentials, Secret } from "./credentials.ts";
export { chooseBaseUrl, isLoopbackHost } from "./base-url.ts";
export type { AddressOption } from "./base-url.ts";
export { parseHttpDate } from "./http-date.ts";
export { parseRetryAfter } from "./retry-after.ts";
export { longestTimerMs, sleep, sleepUntil } from "./sleep.ts";
export { redactError, redactText, redactUrl, redactValue } from "./redact.ts";
export type { Middleware, MiddlewareCall } from "./middleware.ts";
