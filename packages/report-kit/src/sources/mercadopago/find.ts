import type { Observation } from "../../source-tools/index.ts";
import { describeItem, matchReports } from "./match.ts";
import type { Listing, Wanted } from "./match.ts";
import { observeTask } from "./task.ts";

/**
 * What the list says of an unclear create.
 * @param provesAbsence the list shows pending reports at once
 */
export async function judgeList(listing: Listing, wanted: Wanted, provesAbsence: boolean): Promise<Observation> {
  const { ours, unsure } = await matchReports(listing, wanted, "of tasks");
  const seen = ours.map(({ id, item }) => observeTask(item, id));
  // Of two that fit, one that failed is the wrong one to wait for.
  const adopted = seen.find((one) => one.is !== "failed") ?? seen[0];
  if (adopted !== undefined) return adopted;
  // A list that leaves the question open must not be followed by a search that answers it: searches show finished
  // reports alone, so that nothing found there proves nothing by itself.
  const open = unsure.length > 0 || !listing.complete;
  return { is: "searching", more: !(provesAbsence && open), found: unsure };
}

/** What the search says of it, after the list. */
export async function judgeSearch(listing: Listing, wanted: Wanted, provesAbsence: boolean): Promise<Observation> {
  const { ours, unsure } = await matchReports(listing, wanted, "of reports");
  const seen = ours.map(({ id, item }) => observeTask(item, `report:${id}`));
  const adopted = seen.find((one) => one.is === "ready") ?? seen.find((one) => one.is === "failed");
  if (adopted !== undefined) return adopted;
  const found = [...ours.map(({ item }) => describeItem(item)), ...unsure];
  if (provesAbsence && found.length === 0 && listing.complete) return { is: "absent" };
  return { is: "searching", more: false, found };
}
