import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Every, RetryPolicy } from "report-kit/series";
import { badInput, CliError } from "../cli-error.ts";
import { durationMs } from "../duration.ts";
import type { Io } from "../io.ts";
import type { ProviderName } from "../providers.ts";
import { fieldsOf, reportTypeField } from "../report-fields.ts";
import type { FieldTexts } from "../report-fields.ts";
import { zoneOf } from "../report-request.ts";
import type { Account } from "../sources.ts";
import { readShape } from "./read-shape.ts";
import { configShape, isDateField } from "./shape.ts";

export const defaultConfig = "report-kit.config.yaml";

/** A report of every period, as the configuration has it. */
export interface ConfiguredSeries {
  readonly name: string;
  /** The source's name in the configuration. */
  readonly source: string;
  readonly account: Account;
  readonly texts: FieldTexts;
  readonly every: Every;
  readonly timeZone: string;
  readonly from: string;
  readonly recheckDays: number | undefined;
  readonly remake: boolean | undefined;
  readonly retry: RetryPolicy | undefined;
}

export interface Config {
  readonly file: string;
  readonly journal: string | undefined;
  readonly to: string | undefined;
  readonly fileName: string | undefined;
  readonly evidence: boolean | undefined;
  readonly concurrency: number | undefined;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly series: readonly ConfiguredSeries[];
}

/** What `readShape` gives for `configShape`. */
interface RawConfig extends Pick<Config, "journal" | "to" | "fileName" | "evidence" | "concurrency"> {
  readonly from?: string;
  readonly sources: Readonly<Record<string, RawSource>>;
}
interface RawSource extends Omit<Account, "label"> {
  readonly account?: string;
  readonly from?: string;
  readonly series?: readonly RawSeries[];
}
interface RawSeries {
  readonly name?: string;
  readonly every?: string;
  readonly from?: string;
  readonly recheckDays?: number;
  readonly remake?: boolean;
  readonly retry?: { readonly failed?: number; readonly expired?: number; readonly coolDown?: string };
  /** Fields of the report request: texts and numbers. */
  readonly [field: string]: unknown;
}

/**
 * The configuration in a file.
 * @throws CliError with the place in the file, or where there is none
 */
export async function readConfig(path: string | undefined, io: Io): Promise<Config> {
  const file = path ?? defaultConfig;
  let content: string;
  try {
    content = await readFile(resolve(io.cwd, file), "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new CliError({
      code: reason === "ENOENT" && path === undefined ? "no-config" : "bad-input",
      message: reason === "ENOENT" ? `There is no ${file} here.` : `${file} can't be read (${reason}).`,
      todo: "report-kit init writes one; --config names another.",
    });
  }
  return configFrom(file, content);
}

export function configFrom(file: string, content: string): Config {
  const raw = readShape(file, content, configShape) as RawConfig; // made by its shape
  const accounts = new Map<string, Account>();
  const series: ConfiguredSeries[] = [];
  for (const [name, source] of Object.entries(raw.sources)) {
    const { series: wanted = [], from, account: label = name, ...rest } = source;
    const account: Account = { ...rest, label };
    accounts.set(name, account);
    for (const each of wanted) series.push(readSeries(file, { name, account, from: from ?? raw.from }, each));
  }
  const twice = series.find(({ name }, index) => series.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined)
    throw badInput(`${file}: two series are named ${twice.name}.`, "Give one of them a name: of its own.");
  const { journal, to, fileName, evidence, concurrency } = raw;
  return { file, journal, to, fileName, evidence, concurrency, accounts, series };
}

function readSeries(
  file: string,
  source: { readonly name: string; readonly account: Account; readonly from: string | undefined },
  raw: RawSeries,
): ConfiguredSeries {
  const { account } = source;
  const { provider } = account;
  const fields = fieldsOf(provider);
  const texts = Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = raw[name];
      return typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [];
    }),
  );
  const type = reportTypeField(provider);
  const reportType = (type && (texts[type.name] ?? type.values?.[0])) ?? provider;
  const place = `${file}: the series ${reportType} of ${source.name}`;
  const from = raw.from ?? source.from;
  if (from === undefined)
    throw badInput(`${place} has no first day.`, "Add from: 2026-01-01, to it, to its source or to the file.");
  const timeZone = zoneOf(provider, texts, account.timeZone);
  if (timeZone === undefined)
    throw badInput(
      `${place}: the time zone of its days is not known.`,
      `Add timeZone to sources.${source.name}, such as America/Argentina/Buenos_Aires.`,
    );
  const every = readEvery(raw.every ?? defaultEvery(reportType, texts));
  if (typeof every === "object" && fields.filter(isDateField).length < 2)
    throw badInput(`${place}: its reports are of one day or one month.`, "Write every: day, or every: month.");
  return {
    name: raw.name ?? `${source.name}/${reportType}`,
    source: source.name,
    account,
    texts,
    every,
    timeZone,
    from,
    recheckDays: raw.recheckDays,
    remake: raw.remake,
    retry: raw.retry && {
      failed: raw.retry.failed,
      expired: raw.retry.expired,
      coolDownMs: raw.retry.coolDown === undefined ? undefined : durationMs("retry.coolDown", raw.retry.coolDown),
    },
  };
}

function defaultEvery(reportType: string, texts: FieldTexts): string {
  return texts["timeframe"] === "monthly" || reportType.startsWith("MONTHLY") ? "month" : "day";
}

function readEvery(text: string): Every {
  return text === "day" || text === "month" ? text : { days: Number(text.slice(0, -1)) };
}

/** The dates of a period, as a request of the provider has them. */
export function textsOfPeriod(
  provider: ProviderName,
  every: Every,
  period: { readonly from: string; readonly to: string },
): FieldTexts {
  const dates = fieldsOf(provider)
    .filter(isDateField)
    .map(({ name, format }) => {
      const day = /end|to$/.test(name) ? period.to : period.from;
      return [name, every === "month" && format === "date" ? day.slice(0, 7) : day] as const;
    });
  return Object.fromEntries(dates);
}
