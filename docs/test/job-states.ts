import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { announce, decide, expired, reduce, reopened } from "../../packages/report-kit/src/job/transitions.ts";
import type { Ask } from "../../packages/report-kit/src/job/transitions.ts";
import type { JobPhase, JobState } from "../../packages/report-kit/src/job/job-state.ts";
import { onIndeterminateWords } from "../../packages/report-kit/src/job/outcome.ts";
import type { Observation } from "../../packages/report-kit/src/source/observation.ts";
import type { SourceProfile } from "../../packages/report-kit/src/source/report-source.ts";
import { repository } from "./markdown.ts";

/*
 * The drawing in docs/concepts/job-states.md is what the code does: every observation is given to the real transitions, in
 * every state that they reach, for every tier. `node test/job-states.ts` in docs/ writes it; a test compares.
 */

const page = "docs/concepts/job-states.md";
const start = "<!-- job states -->";
const end = "<!-- end of job states -->";

const profiles: readonly SourceProfile[] = [
  { tier: "create-or-get", remakes: false },
  { tier: "client-id", remakes: true, visibilityBoundMs: 30_000 },
  { tier: "list", remakes: true, visibilityBoundMs: 60_000 },
  { tier: "list", remakes: true },
  { tier: "lookup", remakes: false },
];

interface Seen {
  readonly observation: Observation;
  /** The requests that can be answered so. */
  readonly of: readonly Ask[];
  /** As the page words it, after the name of the request. */
  readonly words: string;
}

const every: readonly Ask[] = ["create", "look", "find"];
const error = new Error("no answer");

/** Each kind of observation, and each form of it that leads elsewhere. A kind that is missing does not compile. */
const observations: Readonly<Record<Observation["is"], readonly Seen[]>> = {
  pending: [{ observation: { is: "pending", status: "pending", reference: "r" }, of: every, words: "pending" }],
  ready: [{ observation: { is: "ready", reference: "r" }, of: every, words: "ready" }],
  failed: [{ observation: { is: "failed", code: "c", message: "m" }, of: every, words: "failed" }],
  expired: [{ observation: { is: "expired", message: "m" }, of: every, words: "expired" }],
  absent: [{ observation: { is: "absent" }, of: every, words: "absent" }],
  unknown: [
    {
      observation: { is: "unknown", status: "s", sample: "", reference: "r" },
      of: every,
      words: "unknown status",
    },
    { observation: { is: "unknown", status: "s", sample: "" }, of: every, words: "unknown status of no report" },
  ],
  searching: [
    { observation: { is: "searching", more: true, found: [] }, of: ["find"], words: "nothing yet" },
    {
      observation: { is: "searching", more: false, found: [] },
      of: ["find"],
      words: "nothing by the end of the search",
    },
  ],
  refused: [{ observation: { is: "refused", code: "c", message: "m" }, of: every, words: "refused" }],
  unclear: [{ observation: { is: "unclear", error }, of: ["create"], words: "unclear" }],
  unreachable: [{ observation: { is: "unreachable", error }, of: every, words: "no useful answer" }],
  denied: [{ observation: { is: "denied", error }, of: every, words: "credentials refused" }],
};

/** A change of state, and what leads to it. */
interface Edge {
  readonly from: JobPhase;
  readonly to: JobPhase;
  readonly on: string;
}

const order: readonly JobPhase[] = ["new", "creating", "waiting", "ready", "failed", "expired", "indeterminate"];
/** Later than any wait: of a lease, of a bound, of a search. */
const later = 7 * 86_400_000;

function freshState(): JobState {
  return {
    v: 1,
    source: "s",
    reportType: "t",
    request: {},
    epoch: 0,
    phase: "new",
    startedAt: 0,
    requests: 0,
    nextAt: 0,
  };
}

/** Every change of state that the code makes, found by making them all. */
export function edgesOfJobs(): readonly Edge[] {
  const edges = new Map<string, Edge>();
  const add = (edge: Edge): void => void edges.set(Object.values(edge).join(), edge);
  for (const profile of profiles) for (const edge of edgesOf(profile)) add(edge);
  return [...edges.values()].toSorted(
    (one, other) =>
      order.indexOf(one.from) - order.indexOf(other.from) ||
      Number(one.from === one.to) - Number(other.from === other.to) ||
      order.indexOf(one.to) - order.indexOf(other.to),
  );
}

function edgesOf(profile: SourceProfile): readonly Edge[] {
  const edges: Edge[] = [];
  const reached = new Map<string, JobState>();
  const queue: { readonly state: JobState; readonly now: number }[] = [];
  const visit = (state: JobState, now: number): void => {
    // A state with an unclear create behind it goes on as `creating`, so the phase is all that matters here.
    if (reached.has(state.phase)) return;
    reached.set(state.phase, state);
    queue.push({ state, now });
  };
  visit(freshState(), 0);
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    const { state } = job;
    const now = job.now + later;
    for (const [after, on] of endsOf(state, now)) {
      edges.push({ from: state.phase, to: after.phase, on });
      visit(after, now);
    }
    const action = decide(state, profile, now);
    if (action.do === "nothing" || action.do === "wait") continue;
    const announced = announce(state, action.do, { by: "w", until: now + 1 }, now);
    if (announced.phase !== state.phase)
      edges.push({ from: state.phase, to: announced.phase, on: "create is announced" });
    for (const { observation, of, words } of Object.values(observations).flat()) {
      if (!of.includes(action.do)) continue;
      const afters = onIndeterminateWords.map((onIndeterminate) => {
        const next = () => ({ afterMs: 1, why: "" });
        const context = { now, profile, onIndeterminate, phase: state.phase, sent: true, next };
        return { onIndeterminate, after: reduce(announced, action.do, observation, context).state };
      });
      for (const { after } of afters) {
        const chosen = afters.filter((other) => other.after.phase === after.phase);
        const choice = chosen.map(({ onIndeterminate }) => onIndeterminate).join(" or ");
        const on = `${action.do}: ${words}${chosen.length < afters.length ? ` (${choice})` : ""}`;
        edges.push({ from: announced.phase, to: after.phase, on });
        visit(after, now);
      }
    }
  }
  return edges;
}

/** What changes a job that has ended. */
function endsOf(state: JobState, now: number): readonly (readonly [JobState, string])[] {
  if (state.phase === "ready") return [[expired(state, "gone", now), "download: gone"]];
  if (state.phase === "indeterminate") return [[reopened(state, now), "run again"]];
  return [];
}

/** The edges of each pair of states together: `look: pending, absent`. */
function together(edges: readonly Edge[]): readonly { readonly edge: Edge; readonly causes: readonly string[] }[] {
  return groups(edges, ({ from, to }) => `${from} ${to}`).map(([edge, ...more]) => ({
    edge,
    causes: groups([edge, ...more], ({ on }) => on.split(": ", 1)[0] ?? on).map(([first, ...others]) =>
      [first.on, ...others.map(({ on }) => on.slice(on.indexOf(": ") + 2))].join(", "),
    ),
  }));
}

type Group = readonly [Edge, ...Edge[]];

function groups(edges: readonly Edge[], by: (edge: Edge) => string): readonly Group[] {
  const found = new Map<string, [Edge, ...Edge[]]>();
  for (const edge of edges) {
    const group = found.get(by(edge));
    if (group === undefined) found.set(by(edge), [edge]);
    else group.push(edge);
  }
  return [...found.values()];
}

/** What stands between the marks of the page. */
export function drawing(): string {
  const changes = together(edgesOfJobs());
  const lines = changes
    .filter(({ edge }) => edge.from !== edge.to)
    // What the answers are stands in the table: labels of more than a few words lie on each other.
    .map(
      ({ edge, causes }) =>
        `  ${edge.from} --> ${edge.to}: ${causes.map((cause) => cause.split(": ", 1)[0]).join(", ")}`,
    );
  const rows = changes.map(
    ({ edge: { from, to }, causes }) =>
      `| \`${from}\` | ${causes.join("; ")} | ${from === to ? "stays" : `\`${to}\``} |`,
  );
  return [
    "An arrow has the request after which a job is in the other state: `create`, `look` or `find`. The table has the answers.",
    "",
    "```mermaid",
    "stateDiagram-v2",
    "  [*] --> new",
    ...lines,
    "```",
    "",
    "The same as a table, with what leaves a job where it is. After a request of a [step](../../CONTEXT.md#step) stands what its answer shows. In brackets: the `onIndeterminate` with which it is so.",
    "",
    "| from | on | to |",
    "| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** The page with the drawing that the code has. @throws Error where a mark is missing. */
export function pageWithDrawing(): { readonly present: string; readonly wanted: string } {
  const present = readFileSync(join(repository, page), "utf8");
  const from = present.indexOf(start);
  const to = present.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${page} must have the lines ${start} and ${end}, in this order.`);
  return { present, wanted: `${present.slice(0, from)}${start}\n\n${drawing()}\n\n${present.slice(to)}` };
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(repository, page), pageWithDrawing().wanted);
