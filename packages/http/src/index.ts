export { clientOptions } from "./call.ts";
export { createProviderClient } from "./client.ts";
export type { ClientOptions, OperationFacts, OperationTable, ProviderClient, ProviderClientOptions } from "./client.ts";
export type {
  CallSettings,
  OkStatus,
  SharedSettings,
  ParseAs,
  RetryOptions,
  Success,
  UndescribedError,
} from "./call-types.ts";
export type { Middleware } from "openapi-fetch";
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
export { onAbort } from "./on-abort.ts";
export { redactError, redactText, redactUrl, redactValue } from "./redact.ts";
export { checkNames, checkOptions, nearestName } from "./options.ts";
export type { OptionTable } from "./options.ts";
