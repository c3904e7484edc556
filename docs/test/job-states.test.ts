import { expect, test } from "vitest";
import { edgesOfJobs, pageWithDrawing } from "./job-states.ts";

test("the drawing of the states of a job is what the code does (`pnpm --dir docs job-states` writes it)", () => {
  const { present, wanted } = pageWithDrawing();
  expect(present).toBe(wanted);
});

test("a job that is creating is new again only if nothing was sent or made, by the answer or by a search, or if the caller chose to create again", () => {
  const back = edgesOfJobs().filter(({ from, to }) => from === "creating" && to === "new");
  const causes = back.map(({ on }) => on).toSorted();
  expect(causes).toEqual([
    "create: absent",
    "create: credentials refused",
    "create: no useful answer",
    "create: refused",
    "find: absent (reconcile or recreate)",
    "find: nothing by the end of the search (recreate)",
  ]);
});
