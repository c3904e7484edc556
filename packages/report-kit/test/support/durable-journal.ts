import { memoryJournal } from "../../src/index.ts";
import type { Journal } from "../../src/index.ts";

/** A memory journal that outlives the kits over it, as a durable journal outlives processes: a step and a resume need that. */
export function durableJournal(): Journal {
  return { ...memoryJournal(), keeps: "durable" };
}
