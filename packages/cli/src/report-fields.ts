import type { ProviderName } from "./providers.ts";
import { reportFields } from "./report-fields.gen.ts";

/** How a date can be written. */
export const dateHelp = "YYYY-MM-DD, or yesterday, -7d, last-month";

/** A field of a provider's report request, as its description has it. */
export interface ReportField {
  readonly name: string;
  /** The objects that it lies in: `["request_params"]`. */
  readonly in: readonly string[];
  readonly type: "string" | "integer";
  readonly format?: string;
  readonly values?: readonly string[];
  readonly default?: string;
  readonly required: boolean;
  /** The report types that have it; absent = all. */
  readonly only?: readonly string[];
  readonly about: string;
}

/** Values by the names of fields, as text. */
export type FieldTexts = Readonly<Record<string, string | undefined>>;

export function fieldsOf(provider: ProviderName): readonly ReportField[] {
  return reportFields[provider];
}

/** `reportType`, `report_type` -> `--report-type` */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll("_", "-")}`;
}

/** The provider's own word for the report, of a provider that has several; else the one that there is. */
export function reportTypeField(provider: ProviderName): ReportField | undefined {
  return fieldsOf(provider).find(({ name }) => /^(?:report_?)?type$/i.test(name));
}
