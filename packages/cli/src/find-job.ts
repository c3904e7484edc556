import { listJobs, showJob } from "report-kit";
import type { Journal, KeptJob } from "report-kit";
import { badInput, CliError, shown } from "./cli-error.ts";

/**
 * The job that a person means.
 * @param given its key, six or more of the key's first characters, its bookmark, or its name as `jobs why` prints it
 * @returns undefined where the journal has none
 * @throws CliError where it could be several
 */
export async function findJob(journal: Journal, given: string): Promise<KeptJob | undefined> {
  const isShort = /^[0-9a-f-]{6,35}$/.test(given);
  if (!isShort && !given.includes("/")) return showJob(journal, given);
  const found: KeptJob[] = [];
  for await (const job of listJobs(journal))
    if (!("unreadable" in job) && (isShort ? job.key.startsWith(given) : job.readable === given)) found.push(job);
  if (found.length < 2) return found[0];
  const some = found.slice(0, 5).map(({ key, readable }) => `${key} (${readable})`);
  throw badInput(`${found.length} jobs are named ${shown(given)}: ${some.join(", ")}.`, "Give more of its key.");
}

export function unknownJob(given: string): CliError {
  return new CliError({
    code: "unknown-job",
    message: `The journal has no job ${shown(given)}.`,
    todo: "report-kit jobs list has the keys; --journal names another journal.",
  });
}
