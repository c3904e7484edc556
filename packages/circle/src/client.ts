import { bearer, checkOptions, chooseBaseUrl, clientOptions, createProviderClient } from "@report-kit/http";
import type { AddressOption, ClientOptions, ProviderClient, Secret } from "@report-kit/http";
import { operations } from "./operations.gen.ts";
import type { components, paths } from "./schema.gen.ts";

const environments = { production: "https://api.circle.com", sandbox: "https://api-sandbox.circle.com" } as const;

/** A typed client of Circle's report API. */
export type CircleClient = ProviderClient<paths> & { readonly provider: "circle" };

/** Which report to make: the body of `POST /v1/reports`. */
export type ReportRequest = components["schemas"]["ReportRequest"];

/** One of `environment` and `baseUrl` is required: Circle's own description names the sandbox first, so there is no silent default. */
export type CircleClientOptions = ClientOptions &
  AddressOption<keyof typeof environments> & {
    /** The API key, sent as a bearer token to the API's own origin alone. */
    readonly apiKey: Secret;
  };

/**
 * Make a client of Circle's report API (developers.circle.com, "Reports", read 2026-11-20).
 *
 * @throws RequestRefusedError for an option that is missing or can't be used.
 */
export function createCircleClient(options: CircleClientOptions): CircleClient {
  const own = { apiKey: "string function", environment: Object.keys(environments), baseUrl: "string" };
  checkOptions("createCircleClient", options, { ...clientOptions, ...own });
  return createProviderClient<paths>({
    ...options,
    provider: "circle",
    baseUrl: chooseBaseUrl(options, environments),
    credentials: bearer(options.apiKey, "apiKey"),
    operations,
  }) as CircleClient; // its provider is the one given above
}
