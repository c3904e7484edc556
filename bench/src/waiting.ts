import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { measure, optima } from "./cost.ts";
import type { Comparison } from "./cost.ts";
import { measureCrowd, measureSpread, requestsOver } from "./crowd.ts";
import { measureHistory, measureLearning } from "./history.ts";
import { defaultLaws, parseLaw } from "./laws.ts";
import { measureLearnedSpread } from "./learned-crowd.ts";
import { anchors, awsWaiter, azureLro, reportKit } from "./pollers.ts";
import { byAge, defaultChanges, defaultRhythms, parseChange, parseRhythm } from "./rhythms.ts";
import type { Rhythm } from "./rhythms.ts";
import { printTable } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    law: { type: "string", multiple: true, default: [...defaultLaws] },
    rhythm: { type: "string", multiple: true, default: [...defaultRhythms] },
    change: { type: "string", multiple: true, default: [...defaultChanges] },
    "first-day": { type: "string", default: "2026-10-01" },
    lambda: { type: "string", multiple: true, default: ["1", "4", "15"] },
    seed: { type: "string", multiple: true, default: ["1"] },
    draws: { type: "string", default: "2000" },
    "anchor-draws": { type: "string", default: "100" },
    sources: { type: "string", default: "40" },
    json: { type: "string", default: "results/waiting.json" },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`pnpm waiting [--law name=lognormal(median s,sigma)]... [--rhythm name=clock(03:10,sd s,zone,asked within s)]...
  [--lambda seconds]... [--seed number]...
  --law           a law of ready times: P1 to P3
  --rhythm        reports at a time of day (zone: UTC; asked for at a random time of the 10800 s before), or a law: P9, P10
  --change        a source that leaves its habit after 20 reports: "clock(03:10,240)>normal(600,60)"
  --first-day     the day of each source's first report (2026-10-01: clocks change in Europe on its 25th day)
  --draws         ready times of each law for report-kit, per seed (2000)
  --anchor-draws  the same for the anchors, which are slower to run (100)
  --sources       sources that learn, per law, lambda and seed (40)
  --json          where to write the figures (results/waiting.json)`);
  process.exit(0);
}

const round = (value: number, digits = 2): string => value.toFixed(digits);
const firstDay = options["first-day"];
const [requestCostsS, seeds, draws, anchorDraws, sources] = [
  options.lambda.map(Number),
  options.seed.map(Number),
  Number(options.draws),
  Number(options["anchor-draws"]),
  Number(options.sources),
];
if ([...requestCostsS, ...seeds, draws, anchorDraws, sources].some((value) => !(value > 0))) {
  throw new Error("--lambda, --seed, --draws, --anchor-draws and --sources are numbers above zero");
}

/** What each poller costs under each of these, beside what report-kit costs once it learns. */
async function compare(rhythms: readonly Rhythm[]): Promise<readonly Comparison[]> {
  const setup = { rhythms, requestCostsS, seeds };
  const lines = [await measure(reportKit, { ...setup, draws }), ...measureLearning({ ...setup, sources })];
  for (const anchor of anchors) lines.push(await measure(anchor, { ...setup, draws: anchorDraws }));
  return lines;
}

function printCosts(title: string, lines: readonly Comparison[]): void {
  const cells = lines[0]?.cells ?? [];
  console.log(`\nCost of a wait (overshoot + lambda x requests), in times of the optimum that knows ${title}\n`);
  printTable(
    ["", "geometric mean", "worst", ...cells.map(({ law, requestCostS }) => `${law}/${requestCostS}`)],
    lines.map(({ name, ratio, worst, cells: ratios }) => [
      name,
      round(ratio, 3),
      round(worst, 3),
      ...ratios.map((cell) => round(cell.ratio)),
    ]),
  );
}

const laws = options.law.map(parseLaw);
const compared = await compare(laws.map((law) => byAge(law, firstDay)));
printCosts("the law: P1, P2", compared);

const best = optima(laws, requestCostsS);
const shown = best.cells.find(({ law, requestCostS }) => law === "slow" && requestCostS === 4) ?? best.cells.at(-1);
console.log(`\nRequests and mean overshoot of one wait, ${shown?.law} at lambda ${shown?.requestCostS}: P3\n`);
printTable(
  ["", "requests", "overshoot s", "settings"],
  [best, ...compared].map(({ name, cells, settings }) => {
    const cell = cells.find(({ law, requestCostS }) => law === shown?.law && requestCostS === shown.requestCostS);
    return [name, round(cell?.requests ?? Number.NaN, 1), round(cell?.overshootS ?? Number.NaN, 1), settings];
  }),
);

const rhythms = options.rhythm.map((text) => parseRhythm(text, firstDay));
const clocks = await compare(rhythms.filter(({ isClock }) => isClock));
printCosts("the time of day: P9", clocks);
const steady = await compare(rhythms.filter(({ isClock }) => !isClock));
printCosts("how long it takes: P10", steady);

const changes = options.change.map((text) => {
  const places = measureHistory(parseChange(text, firstDay, 20), 4, { seeds, sources, reports: 32 });
  const ratios = places.slice(20).map(({ cost, leastCost }) => cost / leastCost);
  return { name: text, ratios };
});
console.log("\nThe same at lambda 4, report by report, after a source has left its habit with its 21st report: P9\n");
printTable(
  ["", ...Array.from({ length: 12 }, (_, index) => String(index + 1))],
  changes.map(({ name, ratios }) => [name, ...ratios.map((ratio) => round(ratio))]),
);

const spreads = [
  await measureSpread(reportKit, { waits: 1_000, hours: 1, requestsPerSecond: 10 }),
  await measureSpread(reportKit, { waits: 1_000, hours: 1 }),
  await measureSpread(awsWaiter, { waits: 1_000, hours: 1 }),
  await measureSpread(azureLro, { waits: 1_000, hours: 1 }),
  ...rhythms.flatMap((rhythm) => [measureLearnedSpread(rhythm, 1_000, 10), measureLearnedSpread(rhythm, 1_000)]),
];
console.log(
  "\nRequests a second of 1,000 waits started together, an hour of them (learned: from the first look on): P5\n",
);
printTable(
  ["", "peak", "peak after a minute", "mean after a minute", "peak / mean"],
  spreads.map(({ name, peak, peakLater, mean, ratio }) => [
    name,
    String(peak),
    String(peakLater),
    round(mean),
    round(ratio),
  ]),
);

const crowds = [];
for (const poller of [reportKit, awsWaiter, azureLro]) {
  await measureCrowd(poller, 1_000); // compile first
  crowds.push(await measureCrowd(poller, 10_000));
}
console.log("\n10,000 waits in one process under one shared signal: P7\n");
printTable(
  ["", "timers", "bytes each", "start ms", "abort all ms", "timers left"],
  crowds.map(({ name, timers, bytesEach, startMs, abortMs, left }) => [
    name,
    String(timers),
    round(bytesEach, 0),
    round(startMs, 0),
    round(abortMs, 0),
    String(left),
  ]),
);

const long = { hours12: await requestsOver(12), hours48: await requestsOver(48) };
console.log(
  `\nRequests of a wait of 12 h: ${long.hours12}; of 48 h: ${long.hours48} (a fixed 2 s: 21,600 and 86,400): P8\n`,
);

await mkdir(dirname(options.json), { recursive: true });
await writeFile(
  options.json,
  `${JSON.stringify({ options, best, compared, clocks, steady, changes, spreads, crowds, long }, undefined, 2)}\n`,
);
console.log(`Written to ${options.json}`);
