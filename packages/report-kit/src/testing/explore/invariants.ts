import type { JsonObject } from "../../json.ts";
import type { Invariant } from "./scenario.ts";
import type { Setup } from "./setup.ts";
import { workerName } from "./frame.ts";
import type { World } from "./world.ts";

/** An invariant that does not hold, and how that shows. */
export interface Broken {
  readonly invariant: Invariant;
  readonly what: string;
}

/** What does not hold in a state. Of several, the first. */
export function brokenIn(
  { records, provider, flights }: World,
  { scenario, profile, keys, jobs }: Setup,
): Broken | undefined {
  const { provider: rules, mayBeIndeterminate = false } = scenario;
  const made = rules.made(provider);
  const wrong = (invariant: Invariant, what: string): Broken => ({ invariant, what });

  if (made.length > jobs)
    return wrong("one-report", `${made.length} reports were made for ${jobs}: ${made.join(", ")}`);
  const rule = rules.check?.(provider);
  if (rule !== undefined) return wrong("provider-rules", rule);

  const states = new Map(keys.map((key) => [key, records.get(`job-${key}`)?.value]));
  const owned = new Set<string>();
  for (const state of states.values()) {
    const reference = state?.["reference"];
    if (typeof reference === "string") {
      if (owned.has(reference)) return wrong("one-job-a-report", `two jobs have ${reference}`);
      owned.add(reference);
      if (!made.includes(reference)) {
        return wrong("only-made-reports", `a job has ${reference}; the provider made ${made.join(", ") || "none"}`);
      }
    }
    if (state?.["phase"] === "indeterminate" && !mayBeIndeterminate) {
      return wrong(
        "honest-indeterminate",
        "a job ended indeterminate, where it can be known whether the report was made",
      );
    }
  }
  const taken = new Set(rules.taken?.(provider));
  if (taken.size > jobs) return wrong("one-delivery", `${jobs} reports were delivered as ${[...taken].join(" and ")}`);
  for (const [key, state] of states) {
    if (state?.["delivered"] !== undefined && ![...taken].some((id) => id.startsWith(key))) {
      return wrong("recorded-is-delivered", "a delivery is recorded that the consumer did not get");
    }
  }
  for (const { key } of flights) {
    if (!isAware(states.get(key)))
      return wrong("nothing-forgotten", "a create is on its way, and the job's record does not say so");
  }
  for (const reference of profile.tier === "lookup" ? [] : made) {
    if (![...states.values()].some((state) => isAware(state, reference))) {
      return wrong("nothing-forgotten", `${reference} was made, and no job's record says that it may have been`);
    }
  }
  return undefined;
}

/** Does a job's record say that a report may have been made: this one? */
function isAware(state: JsonObject | undefined, reference?: string): boolean {
  const { phase, reference: own } = state ?? {};
  if (phase === "creating" || phase === "indeterminate") return true;
  return reference === undefined ? own !== undefined : own === reference;
}

/** What does not hold of a write: a lease that is not over is its worker's alone. */
export function brokenByWrite(
  before: JsonObject | undefined,
  after: JsonObject,
  writer: number,
  localNow: number,
): Broken | undefined {
  const held = leaseIn(before);
  if (held === undefined || held.by === workerName(writer) || held.until <= localNow) return undefined;
  const now = leaseIn(after);
  if (now?.by === held.by && now.until === held.until) return undefined;
  return { invariant: "lease-kept", what: `worker ${writer + 1} wrote over the lease of another, which was not over` };
}

function leaseIn(state: JsonObject | undefined): { readonly by: string; readonly until: number } | undefined {
  return state?.["lease"] as { by: string; until: number } | undefined; // as lease.ts writes it
}
