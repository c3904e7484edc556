import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawCosts, drawing } from "./cost-of-waiting.ts";

test("the drawing of what waiting costs is made of the figures of the bench", () => {
  expect(readFileSync(drawing, "utf8")).toBe(drawCosts());
  expect(drawCosts()).toContain("@smithy/util-waiter");
});
