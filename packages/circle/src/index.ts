export { createCircleClient } from "./client.ts";
export type { CircleClient, CircleClientOptions, ReportRequest } from "./client.ts";
export { ProviderError, ReportKitError, RequestRefusedError, TransportError, orThrow } from "@report-kit/http";
export type { components, operations, paths } from "./schema.gen.ts";
