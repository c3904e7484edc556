import type { reportFields } from "./report-fields.gen.ts";

export type ProviderName = keyof typeof reportFields;

/** A credential or an identifier, and the environment variable that it is read from. */
export interface CredentialFacts {
  /** The name of the option of the provider's client. */
  readonly option: string;
  readonly variable: string;
}

/** What the command line knows about a provider besides the fields of its requests, which are generated. */
export interface ProviderFacts {
  readonly title: string;
  readonly credentials: readonly CredentialFacts[];
  /** The variable for an address: a sandbox's, or your own. */
  readonly baseUrlVariable: string;
  /** Names of known addresses. */
  readonly environments: readonly string[];
  /** There is one address for everybody, or one by convention. */
  readonly defaultAddress?: { readonly environment: string } | { readonly baseUrl: string } | undefined;
  /** Which credential is the account's id; undefined: an account has a label of your choice. */
  readonly accountFrom?: string | undefined;
  /** The zone of the provider's days, where it has one. */
  readonly timeZone?: string | undefined;
  /** What to try, in the help. */
  readonly example: string;
}

export const providers: Readonly<Record<ProviderName, ProviderFacts>> = {
  circle: {
    title: "Circle",
    credentials: [{ option: "apiKey", variable: "CIRCLE_API_KEY" }],
    baseUrlVariable: "CIRCLE_BASE_URL",
    environments: ["production", "sandbox"],
    defaultAddress: { environment: "production" },
    example: "--report-type camt053 --date yesterday",
  },
  begateway: {
    title: "eComCharge beGateway",
    credentials: [
      { option: "pspId", variable: "BEGATEWAY_PSP_ID" },
      { option: "secretKey", variable: "BEGATEWAY_SECRET_KEY" },
    ],
    baseUrlVariable: "BEGATEWAY_BASE_URL",
    environments: [],
    accountFrom: "pspId",
    example:
      "--format xlsx --user-id 1098 --currency USD --date-from yesterday --date-to yesterday --time-zone Europe/Minsk",
  },
  monato: {
    title: "Monato",
    credentials: [
      { option: "clientId", variable: "MONATO_CLIENT_ID" },
      { option: "apiKey", variable: "MONATO_API_KEY" },
    ],
    baseUrlVariable: "MONATO_BASE_URL",
    environments: ["staging"],
    accountFrom: "clientId",
    timeZone: "America/Mexico_City",
    example: "--report-type DAILY --operation-date yesterday",
  },
  mercadopago: {
    title: "Mercado Pago",
    credentials: [{ option: "accessToken", variable: "MERCADOPAGO_ACCESS_TOKEN" }],
    baseUrlVariable: "MERCADOPAGO_BASE_URL",
    environments: [],
    defaultAddress: { baseUrl: "https://api.mercadopago.com" },
    example:
      "--report-type settlement --begin-date -7d --end-date yesterday --time-zone America/Argentina/Buenos_Aires",
  },
};

export const providerNames: readonly ProviderName[] = Object.keys(providers) as ProviderName[]; // its keys are these

export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(providers, name);
}
