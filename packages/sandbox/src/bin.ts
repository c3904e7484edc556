#!/usr/bin/env node
import { parseArgs } from "node:util";
import { startSandbox } from "./start-sandbox.ts";
import type { SandboxOptions } from "./sandbox-options.ts";

const usage = `Usage: report-kit-sandbox [--ready-after-ms N] [--rows N] [--seed TEXT] [--port N] [--host NAME]

Starts the report APIs of Circle, beGateway, Monato and Mercado Pago on this machine and prints the environment variables a client needs.

  --ready-after-ms N  how long a report takes, in milliseconds (default 1500)
  --rows N            rows in each report's file (default 40)
  --seed TEXT         the same seed gives the same ids, credentials and files (default 1)
  --port N            the first of five ports in a row (default: any free ones)
  --host NAME         the interface to listen on (default 127.0.0.1)
`;

/** A mistake in the command line: told to the user without a stack. */
class UsageError extends Error {
  override name = "UsageError";
}

function readOptions(): SandboxOptions | "help" {
  const { values } = parseArgs({
    options: {
      "ready-after-ms": { type: "string" },
      rows: { type: "string" },
      seed: { type: "string" },
      port: { type: "string" },
      host: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  const readyAfterMs = wholeNumber("ready-after-ms", values["ready-after-ms"]);
  const rows = wholeNumber("rows", values.rows);
  // Five ports in a row must exist.
  const port = wholeNumber("port", values.port, 65_531);
  const { seed, host } = values;
  return {
    ...(readyAfterMs === undefined ? {} : { readyAfterMs }),
    ...(rows === undefined ? {} : { rows }),
    ...(port === undefined ? {} : { port }),
    ...(seed === undefined ? {} : { seed }),
    ...(host === undefined ? {} : { host }),
  };
}

function wholeNumber(name: string, text: string | undefined, maximum = Number.MAX_SAFE_INTEGER): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) <= maximum) return Number(text);
  throw new UsageError(`--${name} must be a whole number from 0 to ${maximum}, got ${JSON.stringify(text)}`);
}

async function run(): Promise<void> {
  const options = readOptions();
  if (options === "help") {
    console.log(usage);
    return;
  }
  const sandbox = await startSandbox(options);
  const stop = (): void => void sandbox.close();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const { circle, begateway, monato, monatoAccounts, mercadopago } = sandbox;
  console.log(
    [
      `CIRCLE_BASE_URL=${circle.baseUrl}`,
      `CIRCLE_API_KEY=${circle.apiKey}`,
      `BEGATEWAY_BASE_URL=${begateway.baseUrl}`,
      `BEGATEWAY_PSP_ID=${begateway.pspId}`,
      `BEGATEWAY_SECRET_KEY=${begateway.secretKey}`,
      `MONATO_BASE_URL=${monato.baseUrl}`,
      `MONATO_CLIENT_ID=${monato.clientId}`,
      `MONATO_API_KEY=${monato.apiKey}`,
      `MONATO_CLABE_NUMBER=${monatoAccounts[0].clabeNumber}`,
      // The same account by the number that notices carry.
      `MONATO_ACCOUNT_ID=${monatoAccounts[0].accountId}`,
      `MERCADOPAGO_BASE_URL=${mercadopago.baseUrl}`,
      `MERCADOPAGO_ACCESS_TOKEN=${mercadopago.accessToken}`,
    ].join("\n"),
  );
  console.error("The sandbox is running. Press Ctrl+C to stop it.");
}

run().catch((error: unknown) => {
  const isUsage =
    error instanceof UsageError ||
    (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
  if (error instanceof Error) console.error(isUsage ? `${error.message}\n\n${usage}` : error.message);
  else console.error(error);
  process.exitCode = 1;
});
