import { monatoAccounts } from "./providers/monato-accounts.ts";
import type { MonatoAccounts } from "./providers/monato-accounts.ts";
import { uuidFrom } from "./random.ts";
import type { KnownSecret } from "./seen-request.ts";

/** Everything a client needs to be let in, made up; the same for the same seed. */
export interface Credentials {
  readonly circle: { readonly apiKey: string };
  readonly begateway: { readonly pspId: string; readonly secretKey: string };
  readonly monato: {
    readonly clientId: string;
    readonly apiKey: string;
    readonly clientSecret: string;
    readonly accounts: MonatoAccounts;
  };
  readonly mercadopago: { readonly accessToken: string };
}

export function createCredentials(seed: string): Credentials {
  const secret = (name: string): string => uuidFrom(`${seed} ${name}`).replaceAll("-", "");
  return {
    circle: { apiKey: `SAND_API_KEY:${secret("circle key id")}:${secret("circle secret")}` },
    begateway: { pspId: "1", secretKey: secret("begateway secret key") },
    monato: {
      clientId: uuidFrom(`${seed} monato client`),
      apiKey: secret("monato api key"),
      clientSecret: secret("monato client secret"),
      accounts: monatoAccounts(seed),
    },
    mercadopago: { accessToken: `TEST-${secret("mercadopago access token")}` },
  };
}

/** The secrets among them, in every form in which they travel, to be looked for in requests. */
export function secretsOf({ circle, begateway, monato, mercadopago }: Credentials): KnownSecret[] {
  const basic = Buffer.from(`${begateway.pspId}:${begateway.secretKey}`).toString("base64");
  return [
    { provider: "circle", name: "apiKey", value: circle.apiKey },
    { provider: "begateway", name: "secretKey", value: begateway.secretKey },
    { provider: "begateway", name: "basic credentials", value: basic },
    { provider: "monato", name: "apiKey", value: monato.apiKey },
    { provider: "monato", name: "clientSecret", value: monato.clientSecret },
    { provider: "mercadopago", name: "accessToken", value: mercadopago.accessToken },
  ];
}
