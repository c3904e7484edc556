import { bearer, checkOptions, chooseBaseUrl, clientOptions, createProviderClient } from "@report-kit/http";
import type { AddressOption, ClientOptions, ProviderClient, Secret } from "@report-kit/http";
import { operations } from "./operations.gen.ts";
import type { components, paths } from "./schema.gen.ts";
import { exchangedToken } from "./token-exchange.ts";

const environments = { staging: "https://apicore.stg.finch.lat" } as const;

/** A typed client of Monato's report API. */
export type MonatoClient = ProviderClient<paths> & {
  readonly provider: "monato";
  /** The client's identifier at Monato, for the paths' `client_id`. */
  readonly clientId: string;
};

/** Which report to look up: the body of `POST /v1/reports/clients/{client_id}/report/download`. */
export type ReportRequest = components["schemas"]["DownloadReportRequest"];

/** Monato does not publish the address of production: give it as `baseUrl`. */
export type MonatoClientOptions = ClientOptions &
  AddressOption<keyof typeof environments> & {
    /** Your client's identifier, a UUID. */
    readonly clientId: string;
  } & (
    | {
        /** The API key: exchanged for a token when one is needed, and sent to the exchange alone. */
        readonly apiKey: Secret;
        readonly token?: undefined;
      }
    | {
        /** A token you exchange yourself. */
        readonly token: Secret;
        readonly apiKey?: undefined;
      }
  );

/**
 * Make a client of Monato's report API (docs.monato.com, Fincore guides "Reports" and "Authentication", read 2026-11-20).
 *
 * With an `apiKey`, a call can also throw the ProviderError of the exchange (operationId `listCredentials` or `createToken`).
 *
 * @throws RequestRefusedError for an option that is missing or can't be used.
 */
export function createMonatoClient(options: MonatoClientOptions): MonatoClient {
  const own = {
    clientId: "string",
    apiKey: "string function",
    token: "string function",
    environment: Object.keys(environments),
    baseUrl: "string",
  };
  checkOptions("createMonatoClient", options, { ...clientOptions, ...own });
  const { clientId, apiKey, token } = options;
  const provider = "monato";
  const shared = { ...options, provider, baseUrl: chooseBaseUrl(options, environments), operations };
  const credentials = token === undefined ? exchangedToken({ ...shared, clientId, apiKey }) : bearer(token, "token");
  return Object.assign(createProviderClient<paths>({ ...shared, credentials }), { provider, clientId } as const);
}
