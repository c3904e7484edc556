import { expect, it } from "vitest";
import { explore } from "../../src/testing/index.ts";
import { tierScenario } from "./tier-scenarios.ts";

const bounds = { crashes: 0, lostAnswers: 0, lateLandings: 0, standStills: 0 };
const scenario = tierScenario("one worker", { tier: "lookup" }, { bounds, workers: [{ request: "a" }] });

it("a source that awaits what the explorer does not know is an error, not a state without an end", async () => {
  const source: typeof scenario.source = (ask) => ({
    ...scenario.source(ask),
    look: () => new Promise(() => undefined),
  });
  await expect(explore({ ...scenario, source })).rejects.toThrow("awaits something that the explorer does not know");
});

it("an exploration that reaches its bound of states is not exhaustive", async () => {
  const report = await explore({ ...scenario, bounds: { ...bounds, states: 3 } });
  expect(report).toMatchObject({ exhausted: false, violation: undefined });
  expect(report.states).toBeGreaterThan(3);
});

it("workers that are alike are interchangeable: two have fewer states than two whose clocks differ", async () => {
  const two = { ...scenario, workers: [{ request: "a" }, { request: "a" }] };
  const alike = await explore(two);
  const different = await explore({ ...two, workers: [{ request: "a" }, { request: "a", skewMs: 1 }] });
  expect(alike.exhausted && different.exhausted).toBe(true);
  expect(alike.states).toBeLessThan(different.states);
});

it("a source that always fails leads to a state without an end", async () => {
  const source: typeof scenario.source = (ask) => ({
    ...scenario.source(ask),
    look: async () => {
      throw new TypeError("a fault of the source");
    },
  });
  const { violation } = await explore({ ...scenario, source });
  expect(violation).toMatchObject({ invariant: "can-end", what: "no way leads to an end" });
});
