import { parseBookmark } from "report-kit";
import type { KeptJob, ReportSource } from "report-kit";
import { CliError, shown } from "../cli-error.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/config.ts";
import type { ExitCode } from "../exit-codes.ts";
import { findJob, unknownJob } from "../find-job.ts";
import type { Io } from "../io.ts";
import { isJournalThere, openJournal } from "../journals.ts";
import { isProvider, providerNames } from "../providers.ts";
import { openSource } from "../sources.ts";
import type { Account } from "../sources.ts";
import { fetchReport } from "./get.ts";
import type { FetchOptions } from "./get.ts";
import { journalOf } from "./jobs.ts";

export interface ResumeOptions extends FetchOptions {
  readonly config?: string | undefined;
}

const prefix = "rk1.";

/** `report-kit resume`: continue a job by its bookmark or its key, from wherever it stands. */
export async function resume(bookmarkOrKey: string, options: ResumeOptions, io: Io): Promise<ExitCode> {
  const where = await journalOf(options, io);
  const kept = (await isJournalThere(where, io)) ? await keptJob(bookmarkOrKey, where, io) : undefined;
  const bookmark = kept?.bookmark ?? bookmarkOrKey;
  if (!bookmark.startsWith(prefix)) throw unknownJob(bookmarkOrKey);
  const config = await readConfig(options.config, io).catch((error: unknown) => {
    if (options.config === undefined && error instanceof CliError && error.code === "no-config") return undefined;
    throw error;
  });
  const wanted = kept?.source ?? parseBookmark(bookmark).source;
  const sources = await openSources(candidates(config, wanted), wanted, io);
  const source = sources.find(({ id }) => id === wanted);
  if (source === undefined) {
    const here = sources.map(({ id }) => shown(id)).join(", ");
    throw new CliError({
      code: "no-source",
      message: `The job is of the source ${shown(wanted)}. ${here === "" ? "No source has credentials here." : `Here are credentials of ${here}.`} Nothing was sent.`,
      todo: "Set the credentials of that source in the environment, or name the configuration that has it: --config FILE.",
    });
  }
  return fetchReport(source, (kit) => kit.resume(bookmark, sources), { ...options, journal: where }, io);
}

async function keptJob(given: string, where: string, io: Io): Promise<KeptJob | undefined> {
  const { journal, close } = await openJournal(where, io);
  return findJob(journal, given).finally(() => void close());
}

/** Accounts that the job may be of: the configured ones, the one that the journal names, and those that `get` uses. */
function candidates(config: Config | undefined, source: string | undefined): readonly Account[] {
  const [name = "", label = ""] = source?.split("/") ?? [];
  const provider = name.replace(/-(?:settlement|release)$/, "");
  return [
    ...(config?.accounts.values() ?? []),
    ...(isProvider(provider) ? [{ provider, label }] : []),
    ...providerNames.map((each): Account => ({ provider: each, label: "main" })),
  ];
}

/** Those whose credentials are there; two of one id are one source. */
async function openSources(accounts: readonly Account[], wanted: string, io: Io): Promise<readonly ReportSource[]> {
  const found = new Map<string, ReportSource>();
  for (const account of accounts)
    for (const family of account.provider === "mercadopago" ? ["settlement", "release"] : [undefined])
      try {
        const source = await openSource(account, io, family);
        if (!found.has(source.id)) found.set(source.id, source);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        // What is set and wrong has to be corrected, where the job is of that provider.
        const isMissing = error.code === "no-credentials" || error.code === "no-address";
        if (!isMissing && wanted.startsWith(account.provider)) throw error;
      }
  return [...found.values()];
}
