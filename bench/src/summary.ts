import { readFileSync } from "node:fs";

/** One figure of goals, beside its anchor. */
export interface Row {
  /** Which goal: `P1`. */
  readonly figure: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, and that one's figure in the same run; undefined where nothing compares. */
  readonly anchor?: { readonly name: string; readonly value: number };
  readonly goal: number;
  readonly isReached: boolean;
}

type Lines = readonly [cold: Compared, first10: Compared, after20: Compared, ...anchors: Compared[]];

interface Compared {
  readonly name: string;
  readonly ratio: number;
  readonly worst: number;
  readonly cells: readonly {
    readonly law: string;
    readonly requestCostS: number;
    readonly requests: number;
    readonly overshootS: number;
  }[];
}

/** What the benches write. */
interface Results {
  readonly waiting: {
    readonly compared: Lines;
    readonly clocks: Lines;
    readonly steady: Lines;
    /** Of each change of habit, the ratio of each report after it. */
    readonly changes: readonly { readonly ratios: readonly number[] }[];
    readonly spreads: readonly { readonly name: string; readonly peak: number; readonly ratio: number }[];
    readonly crowds: readonly {
      readonly name: string;
      readonly timers: number;
      readonly bytesEach: number;
      readonly startMs: number;
      readonly abortMs: number;
    }[];
  };
  readonly journal: {
    readonly bar: number;
    readonly report: readonly {
      readonly name: string;
      readonly writers: number;
      readonly writesPerSecond: number;
      readonly ofBare: number;
    }[];
  };
  readonly download: {
    readonly figures: Readonly<
      Record<string, { readonly megabytesPerSecond: number; readonly rssGrowthMebibytes: number }>
    >;
  };
  readonly http: {
    readonly figures: readonly { readonly provider: string; readonly name: string; readonly microseconds: number }[];
  };
  readonly cli: {
    readonly reports: number;
    readonly requests: number;
    readonly nodeSeconds: number;
    readonly helpSeconds: number;
    readonly nothingSeconds: number;
  };
  readonly build: {
    readonly figures: readonly {
      readonly figure: string;
      readonly what: string;
      readonly seconds: number;
      readonly goal: number;
    }[];
  };
}

type Summaries = { readonly [Bench in keyof Results]: (results: Results[Bench]) => readonly Row[] };
export type Bench = keyof Results;

/** At most `goal` is good. */
function atMost(figure: string, what: string, value: number, unit: string, goal: number, anchor?: Row["anchor"]): Row {
  return { figure, what, value, unit, goal, isReached: value <= goal, ...(anchor === undefined ? {} : { anchor }) };
}

const summaries: Summaries = {
  waiting({ compared: [cold, first10, after20, ...anchors], clocks, steady, changes, spreads, crowds }) {
    const best = anchors.toSorted((a, b) => a.ratio - b.ratio)[0] ?? cold;
    const cell = (one: Compared): Compared["cells"][number] | undefined =>
      one.cells.find(({ law, requestCostS }) => law === "slow" && requestCostS === 4);
    const of = (name: string, value: number | undefined): Row["anchor"] => ({ name, value: value ?? Number.NaN });
    const [requests, overshoot] = [of(best.name, cell(best)?.requests), of(best.name, cell(best)?.overshootS)];
    const ratioOf = ([, , , ...others]: Lines): Row["anchor"] => {
      const least = others.toSorted((a, b) => a.ratio - b.ratio)[0];
      return of(least?.name ?? "", least?.ratio);
    };
    const sixth = Math.max(...changes.map(({ ratios }) => ratios[5] ?? Number.NaN));
    const [crowd, otherCrowd] = crowds;
    const [spread, , otherSpread] = spreads;
    return [
      atMost("P1", "cost of a wait, geometric mean", cold.ratio, "x optimum", 1.4, of(best.name, best.ratio)),
      atMost("P1", "its worst law", cold.worst, "x optimum", 1.55, of(best.name, best.worst)),
      atMost("P2", "after 20 reports", after20.ratio, "x optimum", 1.1, of(best.name, best.ratio)),
      atMost("P2", "its worst law", after20.worst, "x optimum", 1.25, of(best.name, best.worst)),
      atMost("P2", "the first 10 reports", first10.ratio, "x optimum", 1.25, of(best.name, best.ratio)),
      atMost("P3", "slow law, cold", cell(cold)?.requests ?? Number.NaN, "requests", 27, requests),
      atMost("P3", "its mean overshoot", cell(cold)?.overshootS ?? Number.NaN, "s", 100, overshoot),
      atMost("P3", "slow law, learned", cell(after20)?.requests ?? Number.NaN, "requests", 22, requests),
      atMost("P3", "its mean overshoot", cell(after20)?.overshootS ?? Number.NaN, "s", 95, overshoot),
      atMost("P9", "a time of day, after 20 reports", clocks[2].ratio, "x optimum", 1.3, ratioOf(clocks)),
      atMost("P9", "its worst law", clocks[2].worst, "x optimum", 1.6, ratioOf(clocks)),
      atMost("P9", "the first 10 reports", clocks[1].ratio, "x optimum", 1.9, ratioOf(clocks)),
      atMost("P9", "a habit left: after five reports, the worst", sixth, "x optimum", 1.5),
      atMost("P10", "always the same time, after 20 reports", steady[2].ratio, "x optimum", 1.5, ratioOf(steady)),
      atMost(
        "P5",
        "1,000 waits: peak a second",
        spread?.peak ?? Number.NaN,
        "requests",
        10,
        of(otherSpread?.name ?? "", otherSpread?.peak),
      ),
      atMost(
        "P5",
        "peak after a minute, of the mean",
        spread?.ratio ?? Number.NaN,
        "x",
        5,
        of(otherSpread?.name ?? "", otherSpread?.ratio),
      ),
      atMost(
        "P7",
        "10,000 waits: timers",
        crowd?.timers ?? Number.NaN,
        "",
        1,
        of(otherCrowd?.name ?? "", otherCrowd?.timers),
      ),
      atMost(
        "P7",
        "heap each",
        crowd?.bytesEach ?? Number.NaN,
        "bytes",
        1200,
        of(otherCrowd?.name ?? "", otherCrowd?.bytesEach),
      ),
      atMost(
        "P7",
        "start all",
        crowd?.startMs ?? Number.NaN,
        "ms",
        300,
        of(otherCrowd?.name ?? "", otherCrowd?.startMs),
      ),
      atMost(
        "P7",
        "abort all",
        crowd?.abortMs ?? Number.NaN,
        "ms",
        50,
        of(otherCrowd?.name ?? "", otherCrowd?.abortMs),
      ),
    ];
  },
  journal({ bar, report }) {
    return report.flatMap(({ name, writers, writesPerSecond, ofBare }, index) => {
      if (ofBare === 1) return [];
      const bare = report.slice(0, index).findLast((other) => other.ofBare === 1);
      const anchor = { name: bare?.name ?? "", value: bare?.writesPerSecond ?? Number.NaN };
      const what = `${name}, ${writers} writers`;
      const goal = bar * anchor.value;
      return [{ figure: "I5", what, value: writesPerSecond, unit: "writes/s", goal, isReached: ofBare >= bar, anchor }];
    });
  },
  download({ figures }) {
    const name = "hand-written loop";
    const [loop, kit] = [figures[name], figures["report-kit"]];
    if (loop === undefined || kit === undefined) return [];
    const goal = 0.9 * loop.megabytesPerSecond;
    const isReached = kit.megabytesPerSecond >= goal;
    const anchor = { name, value: loop.megabytesPerSecond };
    const growth = { name, value: loop.rssGrowthMebibytes };
    return [
      {
        figure: "D1",
        what: "download to a file",
        value: kit.megabytesPerSecond,
        unit: "MB/s",
        goal,
        isReached,
        anchor,
      },
      atMost("D1", "growth of memory", kit.rssGrowthMebibytes, "MiB", Math.min(140, 1.1 * growth.value), growth),
    ];
  },
  http({ figures }) {
    return figures
      .filter(({ name }) => name.startsWith("@report-kit/"))
      .flatMap(({ provider, name, microseconds }) =>
        figures
          .filter((other) => other.provider === provider && other.name !== name)
          .map((other) => {
            const goal = other.microseconds * (other.name === "openapi-fetch alone" ? 1.3 : 1);
            return atMost("H1", name, microseconds, "us a call", goal, { name: other.name, value: other.microseconds });
          }),
      );
  },
  cli({ reports, requests, nodeSeconds, helpSeconds, nothingSeconds }) {
    const node = { name: "node -e 0", value: nodeSeconds };
    return [
      atMost("N2", `run of ${reports} reports, nothing to do`, nothingSeconds, "s", 1, node),
      atMost("N2", "its requests", requests, "", 0),
      atMost("N4", "--help", helpSeconds / nodeSeconds, "x node -e 0", 3),
    ];
  },
  build({ figures }) {
    return figures.map(({ figure, what, seconds, goal }) => atMost(figure, what, seconds, "s", goal));
  },
};

/** The rows of a bench, out of the file that it wrote. */
export function summarise(bench: Bench, file: string): readonly Row[] {
  // The bench of this name has just written it: its results are what its summary takes.
  const summary = summaries[bench] as (results: unknown) => readonly Row[];
  return summary(JSON.parse(readFileSync(file, "utf8")));
}
