import type { ReportKit } from "report-kit";
import { createSeries } from "report-kit/series";
import type { Series } from "report-kit/series";
import { badInput, shown } from "../cli-error.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { Io } from "../io.ts";
import { reportTypeField } from "../report-fields.ts";
import { requestFrom } from "../report-request.ts";
import { openSource } from "../sources.ts";
import type { Config, ConfiguredSeries } from "./config.ts";
import { textsOfPeriod } from "./config.ts";

/** The series to run: all, or those of one name or of one source. */
export function chosenSeries({ file, series }: Config, only: string | undefined): readonly ConfiguredSeries[] {
  if (series.length === 0)
    throw badInput(`${file} has no series.`, "Add series: to a source; report-kit init shows one.");
  if (only === undefined) return series;
  const chosen = series.filter(({ name, source }) => name === only || source === only);
  if (chosen.length > 0) return chosen;
  const known = [...new Set(series.flatMap(({ name, source }) => [source, name]))];
  throw badInput(
    `--only: there is no series ${shown(only)}.${didYouMean(only, known)}`,
    `Known are ${known.join(", ")}.`,
  );
}

/** A series of the configuration over its source, ready to run. */
export async function openSeries(
  kit: ReportKit,
  { name, account, texts, every, timeZone, from, recheckDays, remake, retry }: ConfiguredSeries,
  io: Io,
): Promise<Series> {
  const type = reportTypeField(account.provider);
  const source = await openSource({ ...account, timeZone: account.timeZone ?? timeZone }, io, type && texts[type.name]);
  return createSeries({
    kit,
    source,
    request: (period) =>
      requestFrom(
        account.provider,
        { ...texts, ...textsOfPeriod(account.provider, every, period) },
        { timeZone, now: io.now() },
      ),
    every,
    timeZone,
    from,
    name,
    recheckDays,
    remake,
    retry,
    now: io.now,
  });
}
