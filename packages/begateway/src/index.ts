export { createBegatewayClient } from "./client.ts";
export type { BegatewayClient, BegatewayClientOptions, ReportRequest } from "./client.ts";
export { ProviderError, ReportKitError, RequestRefusedError, TransportError, orThrow } from "@report-kit/http";
export type { components, operations, paths } from "./schema.gen.ts";
