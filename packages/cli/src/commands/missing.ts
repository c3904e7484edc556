import { createReportKit, memoryJournal } from "report-kit";
import type { MissingReport } from "report-kit/series";
import { readConfig } from "../config/config.ts";
import { chosenSeries, openSeries } from "../config/configured-series.ts";
import { exitCodes, worstOf } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { failureOf } from "../failure.ts";
import type { Io } from "../io.ts";
import { defaultJournal, isJournalThere, openJournal } from "../journals.ts";
import { createReporter } from "../reporter.ts";
import { withoutSecrets } from "../sources.ts";
import { oneLine, table } from "../terminal.ts";
import type { ConfigOptions } from "./fetch-options.ts";

/** Reasons that the next run mends by itself. */
const temporary: ReadonlySet<string> = new Set(["never-asked", "pending", "not-delivered"]);

function codeOf(reason: MissingReport["reason"]): ExitCode {
  if (reason === "denied") return exitCodes.credentials;
  return temporary.has(reason) ? exitCodes.temporary : exitCodes.needsPerson;
}

/** `report-kit missing`: the periods that have ended and are not delivered. Sends nothing. */
export async function missing(options: ConfigOptions, io: Io): Promise<ExitCode> {
  const config = await readConfig(options.config, io);
  const reporter = createReporter(io, options);
  const where = options.journal ?? config.journal ?? defaultJournal;
  // Before the first run everything is missing, and nothing is made.
  const { journal, close } = (await isJournalThere(where, io))
    ? await openJournal(where, io)
    : { journal: memoryJournal(), close: async () => {} };
  try {
    const kit = createReportKit({ journal });
    const found: MissingReport[] = [];
    const codes: ExitCode[] = [];
    const chosen = chosenSeries(config, options.only);
    let looked = 0;
    for (const wanted of chosen) {
      try {
        const series = await openSeries(kit, wanted, withoutSecrets(wanted.account, io));
        found.push(...(await series.missing()));
        looked += 1;
        if (Date.parse(wanted.from) > io.now())
          reporter.note(`${wanted.name} begins on ${wanted.from}: nothing is due yet.`);
      } catch (error) {
        // One series that can't be opened hides nothing of the others.
        const failure = failureOf(error);
        codes.push(failure.exit);
        reporter.failure(failure, wanted.name);
      }
    }
    if (reporter.json)
      for (const { name, period, reason, message, key, bookmark } of found)
        reporter.result("", {
          line: "missing",
          series: name,
          period,
          reason,
          message,
          key: key ?? null,
          bookmark: bookmark ?? null,
        });
    else if (found.length === 0)
      reporter.note(
        codes.length === 0
          ? "No report is missing."
          : `Of the ${chosen.length} series, ${looked} could be looked at${looked === 0 ? "" : ": no report of them is missing"}.`,
      );
    else
      reporter.result(
        table([
          ["series", "from", "to", "reason", ""],
          ...found.map(({ name, period, reason, message }) => [
            name,
            period.from,
            period.to,
            reason,
            oneLine(message ?? ""),
          ]),
        ]),
        { line: "summary", exit: exitCodes.done, series: [] },
      );
    for (const { reason } of found) codes.push(codeOf(reason));
    return worstOf(codes);
  } finally {
    await close();
  }
}
