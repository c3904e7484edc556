/*
 * Draws docs/concepts/cost-of-waiting.svg from bench/waiting-costs.json, an extract of what `pnpm --dir bench waiting` wrote:
 * `node docs/test/cost-of-waiting.ts`. A test compares the drawing that is there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Cost {
  readonly mean: number;
  readonly worst: number;
}

export interface Costs {
  readonly date: string;
  readonly commit: string;
  readonly rows: readonly { readonly name: string; readonly laws: Cost; readonly timeOfDay: Cost }[];
}

export const drawing: string = join(import.meta.dirname, "../concepts/cost-of-waiting.svg");
const figures = join(import.meta.dirname, "../../bench/waiting-costs.json");

const left = 150;
const right = 700;
const greatest = 1000;
const rowHeight = 26;

/** From 1, the optimum, to a thousand times as much: each step to the right is a factor. */
const across = (ratio: number): number => left + ((right - left) * Math.log(ratio)) / Math.log(greatest);

export function readCosts(): Costs {
  return JSON.parse(readFileSync(figures, "utf8")) as Costs; // our own file
}

/** The drawing: a panel for reports that take so long, and one for reports that appear at a time of day. */
export function drawCosts(): string {
  const costs = readCosts();
  const height = 2 * (costs.rows.length * rowHeight + 62) + 30;
  const second = costs.rows.length * rowHeight + 62;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${height}" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13">`,
    '<title id="t">What waiting costs</title>',
    `<desc id="d">${described(costs)}</desc>`,
    `<rect width="760" height="${height}" fill="#ffffff"/>`,
    ...panel("Reports that take so long (four laws)", costs, ({ laws }) => laws, 0),
    ...panel("Reports that appear at a time of day", costs, ({ timeOfDay }) => timeOfDay, second),
    `<text x="12" y="${height - 12}" fill="#4b5563">Times the cost of the optimum, which knows the law. Bar: geometric mean; line: to the worst case. ${costs.date}, ${costs.commit}.</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function panel(title: string, { rows }: Costs, of: (row: Costs["rows"][number]) => Cost, top: number): string[] {
  const bottom = top + 40 + rows.length * rowHeight;
  return [
    `<text x="${left}" y="${top + 22}" fill="#111827" font-weight="600">${title}</text>`,
    ...[1, 2, 5, 10, 100, 1000].flatMap((ratio) => [
      `<line x1="${round(across(ratio))}" x2="${round(across(ratio))}" y1="${top + 34}" y2="${bottom}" stroke="#d1d5db"/>`,
      `<text x="${round(across(ratio))}" y="${bottom + 16}" fill="#4b5563" text-anchor="middle">${ratio}×</text>`,
    ]),
    ...rows.flatMap((row, at) => {
      const y = top + 40 + at * rowHeight;
      const { mean, worst } = of(row);
      const isOurs = row.name.startsWith("report-kit");
      return [
        `<text x="${left - 10}" y="${y + 13}" fill="#111827" text-anchor="end">${nameOf(row.name)}</text>`,
        `<rect x="${left}" y="${y + 2}" width="${round(across(mean) - left)}" height="14" fill="${isOurs ? "#1d4ed8" : "#9ca3af"}"/>`,
        `<line x1="${round(across(mean))}" x2="${round(across(worst))}" y1="${y + 9}" y2="${y + 9}" stroke="#111827"/>`,
        `<text x="${round(across(worst) + 6)}" y="${y + 13}" fill="#111827">${mean.toFixed(mean < 10 ? 2 : 0)}×</text>`,
      ];
    }),
  ];
}

function described({ rows }: Costs): string {
  const words = rows.map(
    ({ name, laws, timeOfDay }) =>
      `${nameOf(name)}: ${laws.mean} (worst ${laws.worst}); ${timeOfDay.mean} (worst ${timeOfDay.worst})`,
  );
  return `Cost of a wait in times of the optimum, for reports that take so long, then for reports at a time of day. ${words.join(". ")}.`;
}

const nameOf = (name: string): string =>
  ({ "report-kit poll": "report-kit, first time", "report-kit, learned": "report-kit, 20 later" })[name] ?? name;

const round = (value: number): string => value.toFixed(1);

if (import.meta.main) writeFileSync(drawing, drawCosts());
