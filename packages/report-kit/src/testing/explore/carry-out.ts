import type { JsonObject } from "../../json.ts";
import type { Broken } from "./invariants.ts";
import { brokenByWrite } from "./invariants.ts";
import type { Answer, Awaited } from "./program.ts";
import { asExplored } from "./seen-records.ts";
import type { Setup } from "./setup.ts";
import type { Met, Step, World } from "./world.ts";
import { frameOfStep } from "./world.ts";

/** What the journal or the provider made of what a worker awaits. */
export interface CarriedOut {
  readonly world: World;
  readonly step: Step;
  readonly answer: Answer;
  readonly changed: boolean;
  readonly broken?: Broken | undefined;
  readonly says: string;
}

/** Let the journal, or the provider, do what a worker awaits. */
export function carryOut(world: World, worker: number, step: Step, awaited: Awaited, setup: Setup): CarriedOut {
  const { into, outOf } = frameOfStep(setup, worker, step);
  const { records, now } = world;
  const done = (says: string, answer: Answer, more: Partial<CarriedOut> = {}): CarriedOut => ({
    world,
    step,
    answer,
    changed: false,
    says,
    ...more,
  });
  switch (awaited.do) {
    case "read": {
      const { name } = awaited;
      const record = records.get(name);
      const says = `reads ${wordsFor(name)}`;
      const { revision: real = 0, value } = record ?? {};
      const inFrame = revisionIn(step, name, real);
      const knowing = withMet(step, name, { revision: real, inFrame });
      if (value === undefined) return done(`${says}: there is none`, { gives: null }, { step: knowing });
      return done(says, { gives: { revision: inFrame, value: into(value) } }, { step: knowing });
    }
    case "list": {
      const names = [...records.keys()].filter((name) => name.startsWith(awaited.prefix));
      return done("lists the journal's records", { gives: names });
    }
    case "write": {
      const { name, expected } = awaited;
      const record = records.get(name);
      if (!isCurrent(step, name, expected, record?.revision ?? 0)) {
        return done(`finds that another has written ${wordsFor(name)}`, { gives: null });
      }
      const value = setup.values.one(asExplored(name, outOf(awaited.value), now + setup.slowestMs));
      const revision = (record?.revision ?? 0) + 1;
      const localNow = now + (setup.scenario.workers[worker]?.skewMs ?? 0);
      return done(
        `writes ${wordsFor(name)}${phaseIn(value)}`,
        { gives: expected + 1 },
        {
          world: { ...world, records: new Map(records).set(name, { revision, value }) },
          step: withMet(step, name, { revision, inFrame: expected + 1 }),
          changed: true,
          broken: brokenByWrite(record?.value, value, worker, localNow),
        },
      );
    }
    case "remove": {
      const { name, expected } = awaited;
      const isThere = isCurrent(step, name, expected, records.get(name)?.revision ?? 0);
      const rest = new Map(records);
      if (isThere) rest.delete(name);
      return done(
        `removes ${wordsFor(name)}`,
        { gives: isThere },
        { world: { ...world, records: rest }, step, changed: isThere },
      );
    }
    case "ask": {
      const { state, answer } = setup.scenario.provider.answer(world.provider, outOf(awaited.request), now);
      const says = `asks the provider (${awaited.what}), which answers ${JSON.stringify(answer)}`;
      return done(
        says,
        { gives: into(answer) },
        { world: { ...world, provider: setup.values.one(state) }, changed: true },
      );
    }
    case "timer":
      throw new Error("a timer is not carried out: time passes");
  }
}

/** What a revision is in a step's frame: the same as when it was met last, or the next. */
function revisionIn({ met }: Step, name: string, revision: number): number {
  const { revision: known = 0, inFrame = 0 } = met.get(name) ?? {};
  return revision === 0 || revision === known ? (revision === 0 ? 0 : inFrame) : inFrame + 1;
}

/** Is what a step expects a record's revision to be what it is? */
function isCurrent({ met }: Step, name: string, expected: number, revision: number): boolean {
  if (expected === 0) return revision === 0;
  const known = met.get(name);
  return known?.inFrame === expected && known.revision === revision;
}

function withMet(step: Step, name: string, met: Met): Step {
  return { ...step, met: new Map(step.met).set(name, met) };
}

function wordsFor(name: string): string {
  return name.startsWith("job-") ? "the job's record" : `the record ${name.replace(/-[0-9a-f]{32}$/, "")}`;
}

function phaseIn({ phase, lease, reference }: JsonObject): string {
  if (typeof phase !== "string") return "";
  const parts = [
    phase,
    lease === undefined ? "no lease" : "with its lease",
    ...(typeof reference === "string" ? [reference] : []),
  ];
  return ` (${parts.join(", ")})`;
}
