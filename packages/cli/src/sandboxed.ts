import type { Sandbox } from "@report-kit/sandbox";
import type { Io } from "./io.ts";

/** What a client needs to reach a sandbox, as environment variables. */
export function sandboxVariables({
  circle,
  begateway,
  monato,
  monatoAccounts,
  mercadopago,
}: Sandbox): Readonly<Record<string, string>> {
  return {
    CIRCLE_BASE_URL: circle.baseUrl,
    CIRCLE_API_KEY: circle.apiKey,
    BEGATEWAY_BASE_URL: begateway.baseUrl,
    BEGATEWAY_PSP_ID: begateway.pspId,
    BEGATEWAY_SECRET_KEY: begateway.secretKey,
    MONATO_BASE_URL: monato.baseUrl,
    MONATO_CLIENT_ID: monato.clientId,
    MONATO_API_KEY: monato.apiKey,
    MONATO_CLABE_NUMBER: monatoAccounts[0].clabeNumber,
    // The same account by the number that notices carry.
    MONATO_ACCOUNT_ID: monatoAccounts[0].accountId,
    MERCADOPAGO_BASE_URL: mercadopago.baseUrl,
    MERCADOPAGO_ACCESS_TOKEN: mercadopago.accessToken,
  };
}

/** Start the four APIs on this machine, and run a command against them. */
export async function withSandbox<Result>(io: Io, run: (io: Io) => Promise<Result>): Promise<Result> {
  const { startSandbox } = await import("@report-kit/sandbox");
  const sandbox = await startSandbox({ readyAfterMs: 1_000 });
  try {
    return await run({ ...io, requestCostS: 0.1, env: { ...io.env, ...sandboxVariables(sandbox) } });
  } finally {
    await sandbox.close();
  }
}
