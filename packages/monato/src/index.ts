export { createMonatoClient } from "./client.ts";
export type { MonatoClient, MonatoClientOptions, ReportRequest } from "./client.ts";
export { ProviderError, ReportKitError, RequestRefusedError, TransportError, orThrow } from "@report-kit/http";
export type { components, operations, paths } from "./schema.gen.ts";
