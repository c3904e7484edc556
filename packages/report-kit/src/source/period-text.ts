import type { ReportPeriod } from "./report-source.ts";

/** A period as the journal keeps it. */
export function writePeriod({ from, to }: ReportPeriod): string {
  return from === to ? from : `${from}/${to}`;
}

export function readPeriod(text: string | undefined): ReportPeriod | undefined {
  if (text === undefined) return undefined;
  const [from = text, to = from] = text.split("/");
  return { from, to };
}
