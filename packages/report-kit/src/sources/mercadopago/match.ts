import { clockSkewMs, untrusted } from "../../source-tools/index.ts";
import type { FoundReport, Untrusted } from "../../source-tools/index.ts";
import type { Period } from "./days.ts";
import { idOf, statusOf } from "./task.ts";

const dayMs = 86_400_000;
/** How far the provider's clock may be behind ours. Ours: nothing is documented. */
export const skewMs: number = clockSkewMs;

/** Zones differ by a quarter of an hour or more; this much, and the last second of a day, is no other zone. */
const alignedMs = 60_000;

/** The items of a list or a search. */
export interface Listing {
  readonly items: readonly Untrusted[];
  /** Nothing was left out: what is not among the items was not listed. */
  readonly complete: boolean;
}

/** A bare array (documented for the list) or `{ paging, results }` (the search; Mercado Pago's own OpenAPI has it for both). */
export function listingOf(data: unknown): Listing {
  if (Array.isArray(data)) return { items: data.map(untrusted), complete: true };
  const { results, paging } = untrusted(data);
  if (!Array.isArray(results)) return { items: [], complete: false };
  const total = untrusted(paging)["total"];
  return { items: results.map(untrusted), complete: typeof total !== "number" || total <= results.length };
}

/** What is known of a report whose create ended unclear. */
export interface Wanted {
  readonly period: Period;
  /** Epoch milliseconds at which the intent to create it was written down. */
  readonly intentAt: number;
  /** Does another job have the report of this reference, or file name? */
  readonly belongsToAnotherJob?: ((reference: string) => Promise<boolean>) | undefined;
}

/** The items that are the wanted report, lowest id first, and those that may be but don't say enough. */
export interface Matches {
  readonly ours: readonly { readonly id: string; readonly item: Untrusted }[];
  readonly unsure: readonly FoundReport[];
}

/**
 * Which items are the wanted report: asked for by hand, made after the intent, of a period that contains the wanted one
 * with less than a day to spare on either side (Mercado Pago widens each to whole days of the account), and of no other
 * job. An item that fails one of these is another report, whatever else it leaves out; one that leaves out what would tell
 * is unsure.
 */
export async function matchReports(listing: Listing, wanted: Wanted, ids: "of tasks" | "of reports"): Promise<Matches> {
  const ours: { id: string; item: Untrusted }[] = [];
  const unsure: FoundReport[] = [];
  for (const item of listing.items) {
    const answers = new Set([byHand(item), madeSince(item, wanted.intentAt - skewMs), covers(item, wanted.period)]);
    if (answers.has(false)) continue;
    // Asked last: it is a read of the journal.
    const isOthers = await belongsToOthers(item, wanted, ids);
    if (isOthers === true) continue;
    const id = idOf(item);
    if (id === undefined || isOthers === undefined || answers.has(undefined)) unsure.push(describeItem(item));
    else ours.push({ id, item });
  }
  return { ours: ours.toSorted((one, other) => compareIds(one.id, other.id)), unsure };
}

/**
 * Does another job have it? Ids decide, because names may repeat: a list has the ids of tasks, which jobs know; a search
 * those of finished reports, which a job knows only if it was found that way. Undefined: the name of a finished report is
 * known to another job, and nothing shows whether the report is.
 */
async function belongsToOthers(
  item: Untrusted,
  { belongsToAnotherJob = () => Promise.resolve(false) }: Wanted,
  ids: "of tasks" | "of reports",
): Promise<boolean | undefined> {
  const id = idOf(item);
  const name = item["file_name"];
  const isNameKnown = async (): Promise<boolean> =>
    typeof name === "string" && name !== "" && (await belongsToAnotherJob(name));
  if (id === undefined) return isNameKnown();
  if (ids === "of tasks") {
    const references = [id, `list:${id}`, `report:${String(item["report_id"])}`];
    for (const reference of references) if (await belongsToAnotherJob(reference)) return true;
    return false;
  }
  if (await belongsToAnotherJob(`report:${id}`)) return true;
  return (await isNameKnown()) ? undefined : false;
}

/** An item in the words of a search for an unclear create. */
export function describeItem(item: Untrusted): FoundReport {
  const createdAt = createdText(item);
  const name = item["file_name"];
  return {
    reference: idOf(item) ?? (typeof name === "string" && name !== "" ? name.slice(0, 100) : "(no id)"),
    status: statusOf(item),
    createdAt: createdAt?.slice(0, 40),
  };
}

function byHand(item: Untrusted): boolean | undefined {
  const createdFrom = item["created_from"];
  if (createdFrom === "manual") return true;
  // The API says "schedule", its webhook "scheduled".
  return createdFrom === "schedule" || createdFrom === "scheduled" ? false : undefined;
}

function madeSince(item: Untrusted, since: number): boolean | undefined {
  const createdAt = instantOf(createdText(item));
  return createdAt === undefined ? undefined : createdAt >= since;
}

/**
 * Is its period ours, or ours widened to whole days of another zone? A period that begins with ours and ends on a later
 * day (or the other way round) is another report's, whatever the length of that day: clocks change.
 */
function covers(item: Untrusted, period: Period): boolean | undefined {
  const begin = instantOf(item["begin_date"]);
  const end = instantOf(item["end_date"]);
  const spare = [
    begin === undefined ? undefined : period.begin - begin,
    end === undefined ? undefined : end - period.end,
  ];
  if (spare.some((ms) => ms !== undefined && (ms < 0 || ms >= dayMs))) return false;
  const [before, after] = spare;
  if (before === undefined || after === undefined) return undefined;
  return before < alignedMs === after < alignedMs ? true : undefined;
}

/** When an item was made: `generation_date` of a task, `date_created` of older lists and of a search. */
function createdText(item: Untrusted): string | undefined {
  const texts = [item["generation_date"], item["date_created"]].filter((date) => typeof date === "string");
  return texts.find((date) => instantOf(date) !== undefined) ?? texts[0];
}

/** Reads Mercado Pago's dates: UTC or with an offset, with or without milliseconds. Without an offset it is no instant. */
function instantOf(value: unknown): number | undefined {
  const date = typeof value === "string" ? value : "";
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(?:(Z)|([+-]\d\d):?(\d\d))$/i.exec(date);
  if (parts === null) return undefined;
  const [, day, time, fraction = "", zulu, hours = "", minutes = ""] = parts;
  const offset = zulu === undefined ? `${hours}:${minutes}` : "Z";
  const instant = Date.parse(`${day}T${time}.${fraction.padEnd(3, "0").slice(0, 3)}${offset}`);
  return Number.isNaN(instant) ? undefined : instant;
}

/** By number; texts that are no numbers come last. */
function compareIds(one: string, other: string): number {
  const [first, second] = [one, other].map((id) => (/^\d+$/.test(id) ? BigInt(id) : undefined));
  if (first !== undefined && second !== undefined) return first < second ? -1 : 1;
  if (first === undefined && second === undefined) return one < other ? -1 : 1;
  return first === undefined ? 1 : -1;
}
