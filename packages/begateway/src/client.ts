import { basic, checkOptions, clientOptions, createProviderClient } from "@report-kit/http";
import type { ClientOptions, ProviderClient, Secret } from "@report-kit/http";
import { operations } from "./operations.gen.ts";
import type { components, paths } from "./schema.gen.ts";

/** A typed client of beGateway's report API. */
export type BegatewayClient = ProviderClient<paths> & { readonly provider: "begateway" };

/** Which report to make: the body of `POST /api/v2/reports`. */
export type ReportRequest = components["schemas"]["CreateReportRequest"];

export interface BegatewayClientOptions extends ClientOptions {
  /** The PSP's identifier: the user name of HTTP Basic. */
  readonly pspId: string;
  /** The PSP's secret key, sent to the API's own origin alone. */
  readonly secretKey: Secret;
  /** The address of your DWH: each PSP has its own. */
  readonly baseUrl: string;
}

/**
 * Make a client of beGateway's report API (help.ecomcharge.com, "Request a report file", read 2026-11-20).
 *
 * @throws RequestRefusedError for an option that is missing or can't be used.
 */
export function createBegatewayClient(options: BegatewayClientOptions): BegatewayClient {
  const own = { pspId: "string", secretKey: "string function", baseUrl: "string" };
  checkOptions("createBegatewayClient", options, { ...clientOptions, ...own });
  return createProviderClient<paths>({
    ...options,
    provider: "begateway",
    credentials: basic(options.pspId, options.secretKey, { user: "pspId", password: "secretKey" }),
    operations,
  }) as BegatewayClient; // its provider is the one given above
}
