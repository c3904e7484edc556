import type { Journal } from "../journal/journal.ts";

/**
 * The references and file names of the reports that a source's other jobs have: a search for an unclear create must not
 * adopt them. Reads the journal's jobs one by one, so it is asked for when there is something to adopt.
 * @param except the record of the job that asks
 */
export async function claimedByOthers(
  journal: Journal,
  sourceId: string,
  except: string,
): Promise<ReadonlySet<string>> {
  const claimed = new Set<string>();
  for await (const name of journal.list("job-")) {
    if (name === except) continue;
    const record = await journal.read(name);
    if (record === undefined || record.value["source"] !== sourceId) continue;
    // As they are, whatever version wrote the rest.
    for (const claim of [record.value["reference"], record.value["fileName"]]) {
      if (typeof claim === "string") claimed.add(claim);
    }
  }
  return claimed;
}
