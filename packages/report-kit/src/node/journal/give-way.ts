/// <reference types="node" />
import { setImmediate as nextTurn } from "node:timers/promises";

/*
 * A small directory and a small file of a local disk are read at once, without a promise: through Node's threads the six calls
 * take three times as long, and a journal may hold 100,000 records. So that other work is not held up, it is let in after a few
 * milliseconds of this.
 */
const longestSpellMs = 5;
let spellSince = 0;

/** Wait for a turn of the event loop once the last one was some milliseconds ago. */
export async function giveWay(): Promise<void> {
  while (performance.now() - spellSince > longestSpellMs) {
    await nextTurn();
    spellSince = performance.now();
  }
}
