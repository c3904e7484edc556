import type { MercadopagoClient } from "@report-kit/mercadopago";
import type { Check } from "./commands/doctor.ts";
import { exitCodes } from "./exit-codes.ts";

type Family = "settlement" | "release";

/** What `doctor` does about a configuration that is missing: names it, prints the request that makes it, or sends that request. */
export type Fix = "none" | "show" | "make";

/** The columns to book by, out of Mercado Pago's glossary (read 2026-11-20). Nothing in them is about a payer. */
const columns: Readonly<Record<Family, string>> = {
  settlement:
    "TRANSACTION_DATE SOURCE_ID EXTERNAL_REFERENCE TRANSACTION_TYPE TRANSACTION_AMOUNT TRANSACTION_CURRENCY FEE_AMOUNT " +
    "COUPON_AMOUNT TAXES_AMOUNT SETTLEMENT_NET_AMOUNT SETTLEMENT_CURRENCY SETTLEMENT_DATE REAL_AMOUNT MONEY_RELEASE_DATE",
  release:
    "DATE SOURCE_ID EXTERNAL_REFERENCE RECORD_TYPE DESCRIPTION NET_CREDIT_AMOUNT NET_DEBIT_AMOUNT GROSS_AMOUNT " +
    "MP_FEE_AMOUNT FINANCING_FEE_AMOUNT SHIPPING_FEE_AMOUNT TAXES_AMOUNT COUPON_AMOUNT BALANCE_AMOUNT CURRENCY",
};

/** The frequency is required also where nothing is scheduled; a configuration schedules nothing. */
function configurationOf(family: Family) {
  return {
    file_name_prefix: `${family}-report`,
    columns: columns[family].split(" ").map((key) => ({ key })),
    frequency: { type: "daily" as const, hour: 3, value: 0 as const },
  };
}

/** Is a family of reports configured? Without a configuration Mercado Pago makes no report. */
export async function checkConfiguration(
  family: Family,
  client: MercadopagoClient,
  { fix, signal }: { readonly fix: Fix; readonly signal: AbortSignal },
): Promise<{ readonly response: Response; readonly check: Check }> {
  const settings = { signal, retry: false } as const;
  // Both families have the same operations.
  const path = `/v1/account/${family}_report/config` as "/v1/account/settlement_report/config";
  const { response, error } = await client.GET(path, settings);
  const name = `${family} reports`;
  if (response.status === 200) return { response, check: { name, ok: true, message: "they are configured" } };
  if (!isMissing(response.status, error)) return { response, check: unreadable(name, response.status) };
  if (fix !== "make") return { response, check: missing(family, fix) };
  const made = await client.POST(path, { body: configurationOf(family), ...settings });
  if (made.response.ok)
    return { response, check: { name, ok: true, message: "their configuration is made; nothing is scheduled by it" } };
  return {
    response,
    check: {
      name,
      ok: false,
      message: `their configuration can't be made: HTTP ${made.response.status}`,
      todo: "Make it in the account, under Reports.",
    },
  };
}

/** The body's status is 404 also where the HTTP status was seen to be 400. */
function isMissing(status: number, error: unknown): boolean {
  if (status === 404) return true;
  const code = typeof error === "object" && error !== null && "error" in error ? error.error : undefined;
  return status === 400 && code === "config_not_found_for_user";
}

function missing(family: Family, fix: Fix): Check {
  const body = JSON.stringify(configurationOf(family));
  return {
    name: `${family} reports`,
    ok: false,
    message: "they have no configuration, without which no report is made",
    todo:
      fix === "show"
        ? `--fix --yes sends POST /v1/account/${family}_report/config ${body}`
        : "Make one in the account, under Reports. report-kit doctor --fix shows one that it can make.",
  };
}

function unreadable(name: string, status: number): Check {
  return {
    name,
    ok: false,
    message: `their configuration can't be read: HTTP ${status}`,
    todo: "Try again later.",
    exit: exitCodes.temporary,
  };
}
