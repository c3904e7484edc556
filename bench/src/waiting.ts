import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { measure, optima } from "./cost.ts";
import type { Comparison } from "./cost.ts";
import { measureCrowd, measureSpread, requestsOver } from "./crowd.ts";
import { measureLearning } from "./history.ts";
import { defaultLaws, parseLaw } from "./laws.ts";
import { anchors, awsWaiter, azureLro, reportKit } from "./pollers.ts";
import { printTable } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    law: { type: "string", multiple: true, default: [...defaultLaws] },
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
  console.log(`pnpm waiting [--law name=lognormal(median s,sigma)]... [--lambda seconds]... [--seed number]...
  --draws         ready times of each law for report-kit, per seed (2000)
  --anchor-draws  the same for the anchors, which are slower to run (100)
  --sources       sources that learn, per law, lambda and seed (40)
  --json          where to write the figures (results/waiting.json)`);
  process.exit(0);
}

const round = (value: number, digits = 2): string => value.toFixed(digits);
const setup = {
  laws: options.law.map(parseLaw),
  requestCostsS: options.lambda.map(Number),
  seeds: options.seed.map(Number),
  draws: Number(options.draws),
};
if ([...setup.requestCostsS, ...setup.seeds, setup.draws].some((value) => !(value > 0))) {
  throw new Error("--lambda, --seed and --draws are numbers above zero");
}

const best = optima(setup);
const cold = await measure(reportKit, setup, best);
const learning = measureLearning({ ...setup, sources: Number(options.sources) }, best);
const others: Comparison[] = [];
for (const anchor of anchors)
  others.push(await measure(anchor, { ...setup, draws: Number(options["anchor-draws"]) }, best));
const compared = [cold, learning.first10, learning.after20, ...others];

console.log("\nCost of a wait (overshoot + lambda x requests), in times of the optimum that knows the law: P1, P2\n");
printTable(
  ["", "geometric mean", "worst", ...best.cells.map(({ law, requestCostS }) => `${law}/${requestCostS}`)],
  compared.map(({ name, ratio, worst, cells }) => [
    name,
    round(ratio, 3),
    round(worst, 3),
    ...cells.map((cell) => round(cell.ratio)),
  ]),
);

const shown = best.cells.find(({ law, requestCostS }) => law === "slow" && requestCostS === 4) ?? best.cells.at(-1);
console.log(`\nRequests and mean overshoot of one wait, ${shown?.law} at lambda ${shown?.requestCostS}: P3\n`);
printTable(
  ["", "requests", "overshoot s", "settings"],
  [best, ...compared].map(({ name, cells, settings }) => {
    const cell = cells.find(({ law, requestCostS }) => law === shown?.law && requestCostS === shown.requestCostS);
    return [name, round(cell?.requests ?? Number.NaN, 1), round(cell?.overshootS ?? Number.NaN, 1), settings];
  }),
);

const spreads = [
  await measureSpread(reportKit, { waits: 1_000, hours: 1, requestsPerSecond: 10 }),
  await measureSpread(reportKit, { waits: 1_000, hours: 1 }),
  await measureSpread(awsWaiter, { waits: 1_000, hours: 1 }),
  await measureSpread(azureLro, { waits: 1_000, hours: 1 }),
];
console.log("\nRequests a second of 1,000 waits started together, an hour of them: P5\n");
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
await writeFile(options.json, `${JSON.stringify({ options, best, compared, spreads, crowds, long }, undefined, 2)}\n`);
console.log(`Written to ${options.json}`);
