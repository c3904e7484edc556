import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { killEverywhere } from "../../src/testing/index.ts";
import { simulated } from "./kill-scenarios.ts";

it("the runner lets go of each run's world, killed workers and all: a soak's memory is flat", async () => {
  const scenario = simulated("watched", { tier: "list", visibilityBoundMs: 60_000 });
  const worlds: WeakRef<object>[] = [];
  const { runs } = await killEverywhere(
    {
      ...scenario,
      async world(simulation) {
        const world = await scenario.world(simulation);
        worlds.push(new WeakRef(world));
        return { ...world, work: (worker) => world.work(worker) };
      },
    },
    { kills: 10, pairs: 10 },
  );
  collectGarbage();
  expect(runs).toBe(21);
  // One may still be on the stack of whoever ran it last.
  expect(worlds.filter((world) => world.deref() !== undefined).length).toBeLessThanOrEqual(1);
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
