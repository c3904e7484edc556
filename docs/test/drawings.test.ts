import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { drawCosts, drawing, readCosts } from "./cost-of-waiting.ts";

test("the drawing of what waiting costs is made of the figures of the bench", () => {
  expect(readFileSync(drawing, "utf8")).toBe(drawCosts());
  expect(drawCosts()).toContain("@smithy/util-waiter");
});

test("the page of waiting says in words what the drawing shows of report-kit and of the nearest other", () => {
  const page = readFileSync(join(dirname(drawing), "waiting.md"), "utf8");
  const { rows } = readCosts();
  const shown = rows.filter(({ name }) => name.startsWith("report-kit") || name === "@smithy/util-waiter");
  expect(shown).toHaveLength(3);
  for (const { laws, timeOfDay } of shown)
    for (const { mean } of [laws, timeOfDay]) expect(page).toContain(` ${mean} `.trimEnd());
});
