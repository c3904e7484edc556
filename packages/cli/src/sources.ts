import { RequestRefusedError } from "@report-kit/http";
import { ReportRequestError } from "report-kit";
import type { ReportSource } from "report-kit";
import { badInput, CliError } from "./cli-error.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { providers } from "./providers.ts";
import type { ProviderName } from "./providers.ts";

/** A provider account, as the command line or the configuration names it. */
export interface Account {
  readonly provider: ProviderName;
  /** Your label of it, part of keys and paths; for providers whose accounts have no id of their own. */
  readonly label: string;
  readonly environment?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly linkHosts?: readonly string[] | undefined;
  readonly monthlyDate?: "day" | "month" | undefined;
  /** Variables to read credentials from in place of the usual ones, by the client's option: `{ apiKey: "TREASURY_KEY" }`. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/**
 * The report source of an account. Credentials come out of the environment.
 * @param reportType of Mercado Pago, whose settlement and release reports are two sources
 * @throws CliError where a credential or the address is missing
 */
export async function openSource(account: Account, io: Io, reportType?: string): Promise<ReportSource> {
  const options = clientOptions(account, io);
  try {
    return await sourceOver(account, options, reportType);
  } catch (error) {
    throw byItsOwnName(account, error);
  }
}

/** What a client or a source refuses, under the name that it has for the user: an environment variable, or a member of the configuration. */
function byItsOwnName(account: Account, error: unknown): unknown {
  if (!RequestRefusedError.isInstance(error) && !ReportRequestError.isInstance(error)) return error;
  const { field, expected, received } = error;
  const { credentials, baseUrlVariable } = providers[account.provider];
  const credential = credentials.find(({ option }) => option === field);
  const variable =
    credential === undefined
      ? field === "baseUrl" && account.baseUrl === undefined
        ? baseUrlVariable
        : undefined
      : (account.variables?.[credential.option] ?? credential.variable);
  // An option of `get`: in the configuration its shape is checked.
  if (field === "timeZone") return error;
  const name = variable ?? `${field} of the source ${account.label}`;
  return badInput(
    `${name}: expected ${expected}, got ${received}. Nothing was sent.`,
    variable === undefined ? undefined : `It is read from the environment: correct ${variable}.`,
  );
}

/** An `Io` for what sends nothing: a secret that is not set is made up. What names the account must be there, since keys are made of it. */
export function withoutSecrets({ provider, variables }: Account, io: Io): Io {
  const { credentials } = providers[provider];
  const secrets = credentials.filter(({ option }) => option !== providers[provider].accountFrom);
  const made = secrets.map(({ option, variable }) => [variables?.[option] ?? variable, "none"] as const);
  return { ...io, env: { ...Object.fromEntries(made), ...present(io.env) } };
}

/** The same for what depends on no account at all. */
export function withoutAccount({ provider, variables }: Account, io: Io): Io {
  const { credentials, baseUrlVariable } = providers[provider];
  const made = credentials.map(({ option, variable }) => [
    variables?.[option] ?? variable,
    option === "clientId" ? "00000000-0000-4000-8000-000000000000" : "none",
  ]);
  const address = { [baseUrlVariable]: "https://nowhere.invalid" };
  return { ...io, env: { ...Object.fromEntries(made), ...address, ...present(io.env) } };
}

function present(env: Io["env"]): Io["env"] {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
}

/** The options of the provider's client, out of the environment. */
export function clientOptions(account: Account, { env }: Io): Readonly<Record<string, string>> {
  const facts = providers[account.provider];
  const named = facts.credentials.map(({ option, variable }) => ({
    option,
    variable: account.variables?.[option] ?? variable,
  }));
  const missing = named.map(({ variable }) => variable).filter((variable) => (env[variable] ?? "") === "");
  if (missing.length > 0) throw missingCredentials(facts.title, missing);
  const credentials = Object.fromEntries(named.map(({ option, variable }) => [option, env[variable] ?? ""]));
  return { ...credentials, ...addressOf(account, env) };
}

function addressOf(account: Account, env: Io["env"]): Readonly<Record<string, string>> {
  const { title, baseUrlVariable, environments, defaultAddress } = providers[account.provider];
  const baseUrl = account.baseUrl ?? (account.environment === undefined ? env[baseUrlVariable] : undefined);
  if (baseUrl !== undefined && baseUrl !== "") return { baseUrl };
  if (account.environment !== undefined) return { environment: account.environment };
  if (defaultAddress !== undefined) return { ...defaultAddress };
  const choice =
    environments.length === 0 ? "" : `, or name an environment: --environment ${environments.join(" or ")}`;
  throw new CliError({
    code: "no-address",
    message: `The address of ${title}'s API is not known here.`,
    todo: `Set ${baseUrlVariable} to it, such as https://api.example.com${choice}.`,
  });
}

function missingCredentials(title: string, missing: readonly string[]): CliError {
  const them = missing.length === 1 ? "it" : "them";
  return new CliError({
    code: "no-credentials",
    exit: exitCodes.credentials,
    message: `${title}: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set in the environment.`,
    todo: `Set ${them}. Credentials are read from the environment alone, never from arguments. Without an account: report-kit sandbox prints what to set.`,
  });
}

async function sourceOver(
  account: Account,
  client: Readonly<Record<string, string>>,
  reportType: string | undefined,
): Promise<ReportSource> {
  const { label, timeZone, linkHosts, monthlyDate } = account;
  // The options of each client are those that its row of `providers` names; the client checks them itself.
  const options = client as never;
  switch (account.provider) {
    case "circle": {
      const [{ createCircleClient }, { circleReports }] = await Promise.all([
        import("@report-kit/circle"),
        import("report-kit/circle"),
      ]);
      return circleReports(createCircleClient(options), { account: label, timeZone, linkHosts, monthlyDate });
    }
    case "begateway": {
      const [{ createBegatewayClient }, { begatewayReports }] = await Promise.all([
        import("@report-kit/begateway"),
        import("report-kit/begateway"),
      ]);
      return begatewayReports(createBegatewayClient(options), { pspId: client["pspId"] ?? "", timeZone, linkHosts });
    }
    case "monato": {
      const [{ createMonatoClient }, { monatoReports }] = await Promise.all([
        import("@report-kit/monato"),
        import("report-kit/monato"),
      ]);
      return monatoReports(createMonatoClient(options), { timeZone, linkHosts });
    }
    case "mercadopago": {
      const [{ createMercadopagoClient }, { releaseReports, settlementReports }] = await Promise.all([
        import("@report-kit/mercadopago"),
        import("report-kit/mercadopago"),
      ]);
      const make = reportType === "release" ? releaseReports : settlementReports;
      return make(createMercadopagoClient(options), { account: label, timeZone });
    }
  }
}
