import { describe, expect, it } from "vitest";
import { exploreCode } from "../../src/testing/explore/explore.ts";
import { replayMoves } from "../../src/testing/index.ts";
import { mutatedCode } from "./mutated-code.ts";
import { mutants, scenarioOfMutant } from "./mutants.ts";

describe("the explorer finds, by the invariant that names it, a fault put into our code on purpose:", () => {
  it.each(mutants)("$name: $breaks", async (mutant) => {
    const { violation, states } = await exploreCode(scenarioOfMutant(mutant), await mutatedCode(mutant));
    process.stdout.write(
      `${mutant.name}: ${violation?.invariant} after ${states} states, ${violation?.story.length} moves\n`,
    );
    expect(violation?.invariant).toBe(mutant.breaks);
  });

  it("and the story of a violation can be told again by its moves", async () => {
    const [first] = mutants;
    if (first === undefined) throw new Error("there are mutants");
    const scenario = scenarioOfMutant(first);
    const { violation } = await exploreCode(scenario, await mutatedCode(first));
    const story = await replayMoves(scenario, violation?.moves.slice(0, 3) ?? []);
    expect(story).toEqual(violation?.story.slice(0, 3));
    expect(story[0]).toBe("0 s: worker 1 reads the job's record: there is none");
  });

  it("an edit that no longer fits is an error", async () => {
    const edit = { file: "job/ask.ts", from: "text that is not there", to: "" };
    await expect(mutatedCode(edit)).rejects.toThrow("no longer fits");
  });
});
