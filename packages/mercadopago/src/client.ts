import { bearer, checkOptions, clientOptions, createProviderClient } from "@report-kit/http";
import type { ClientOptions, ProviderClient, Secret } from "@report-kit/http";
import { operations } from "./operations.gen.ts";
import type { components, paths } from "./schema.gen.ts";

/** A typed client of Mercado Pago's report API. */
export type MercadopagoClient = ProviderClient<paths> & { readonly provider: "mercadopago" };

/** The period to report: the body of `POST /v1/account/settlement_report` and `POST /v1/account/release_report`. */
export type ReportRequest = components["schemas"]["ReportRequest"];

export interface MercadopagoClientOptions extends ClientOptions {
  /** The access token (`APP_USR-…`), sent as a bearer token to the API's own origin alone. */
  readonly accessToken: Secret;
  /** Default `https://api.mercadopago.com`, the one host of all countries. */
  readonly baseUrl?: string | undefined;
}

/**
 * Make a client of Mercado Pago's report API (mercadopago.com developers, "Reports", read 2026-11-20).
 *
 * @throws RequestRefusedError for an option that is missing or can't be used.
 */
export function createMercadopagoClient(options: MercadopagoClientOptions): MercadopagoClient {
  checkOptions("createMercadopagoClient", options, {
    ...clientOptions,
    accessToken: "string function",
    baseUrl: "string",
  });
  return createProviderClient<paths>({
    ...options,
    provider: "mercadopago",
    baseUrl: options.baseUrl ?? "https://api.mercadopago.com",
    credentials: bearer(options.accessToken, "accessToken"),
    operations,
    // 203: the request was accepted and no report was made. What it means is for the caller to say.
    bodiless: [203],
  }) as MercadopagoClient; // its provider is the one given above
}
