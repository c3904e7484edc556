import { createReportKit, memoryJournal } from "report-kit";
import { durationMs, readableMs } from "../duration.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { createReporter } from "../reporter.ts";
import type { ReporterOptions } from "../reporter.ts";
import { reportTypeField } from "../report-fields.ts";
import type { FieldTexts } from "../report-fields.ts";
import { requestFrom } from "../report-request.ts";
import { openSource, withoutAccount } from "../sources.ts";
import type { Account } from "../sources.ts";
import { table } from "../terminal.ts";

export interface PlanCommandOptions extends ReporterOptions {
  readonly horizon?: string | undefined;
  readonly allowPartial?: boolean | undefined;
}

/** `report-kit plan`: when a report would be looked for if it stayed pending. Sends nothing, and needs no credentials. */
export async function plan(
  account: Account,
  texts: FieldTexts,
  options: PlanCommandOptions,
  io: Io,
): Promise<ExitCode> {
  const { allowPartial } = options;
  const horizonMs = options.horizon === undefined ? undefined : durationMs("--horizon", options.horizon);
  const field = reportTypeField(account.provider);
  const source = await openSource(account, withoutAccount(account, io), field && texts[field.name]);
  // Without any field the plan is that of the source.
  const isAsked = Object.values(texts).some((text) => text !== undefined);
  const request = isAsked
    ? requestFrom(account.provider, texts, { timeZone: account.timeZone, allowPartial, now: io.now() })
    : undefined;
  const kit = createReportKit({ journal: memoryJournal(), platform: { now: io.now } });
  const looks = await kit.plan(source, { request, horizonMs });
  const reporter = createReporter(io, options);
  const now = io.now();
  const rows = looks.map(({ atMs, why }) => ({ at: new Date(now + atMs).toISOString(), afterMs: atMs, why }));
  if (reporter.json) for (const row of rows) reporter.result("", { line: "look", ...row });
  else
    for (const line of table([
      ["look at (UTC)", "after", ""],
      ...rows.map(({ at, afterMs, why }) => [at.slice(0, 19).replace("T", " "), readableMs(afterMs), why]),
    ]))
      reporter.text(line);
  return exitCodes.done;
}
