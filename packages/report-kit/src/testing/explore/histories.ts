import type { JsonObject } from "../../json.ts";
import type { Answered, Awaited, Program, Running } from "./program.ts";
import { runProgram } from "./program.ts";

/** Where running code stands: a program and the answers that it got since it began. */
export interface Position {
  /** Equal for equal histories. */
  readonly id: number;
  readonly open: ReadonlyMap<number, Awaited>;
  /** What the code came to, if it is over. */
  readonly end: JsonObject | undefined;
  /** Whether the last answer's time matters: the code has read the clock since. */
  readonly hasReadClock: boolean;
}

interface Node extends Position {
  readonly program: Program;
  readonly parent?: Node | undefined;
  readonly answered?: Answered | undefined;
  readonly children: Map<string, Node>;
  /** The code itself, until it goes on from here. */
  running?: Running | undefined;
}

/**
 * All histories of the code under exploration, as far as they were needed. Code can't be copied at an await, so another
 * answer there means running it again from its beginning, with the answers it got before.
 */
export interface Histories {
  readonly size: number;
  /** Where a program stands that has not got any answer. @param name equal for equal programs @throws NotYetRun */
  begin(name: string, program: () => Program): Position;
  /** Where code stands after one more answer. @throws NotYetRun */
  after(position: Position, answered: Answered): Position;
  /** Take what follows from histories. What has not been run yet is run, and all of it taken again: little is, in the end. */
  take<Value>(from: () => Value): Promise<Value>;
}

/** A history that is needed, and that no code has been run for. */
class NotYetRun extends Error {
  readonly run: () => Promise<unknown>;
  constructor(run: () => Promise<unknown>) {
    super("this history has not been run yet");
    this.run = run;
  }
}

/** @param settle lets promises run out */
export function createHistories(settle: () => Promise<void>): Histories {
  const beginnings = new Map<string, Node>();
  let size = 0;

  function nodeOf(running: Running, more: Pick<Node, "program" | "parent" | "answered">): Node {
    size += 1;
    const end = running.end();
    if (end === undefined && ![...running.open().values()].some(canEnd)) throw new Error(unknownAwait);
    return {
      ...more,
      id: size,
      open: running.open(),
      end,
      hasReadClock: running.hasReadClock(),
      children: new Map(),
      running: end === undefined ? running : undefined,
    };
  }

  async function runAgain(node: Node): Promise<Running> {
    const answers: Answered[] = [];
    for (let at: Node | undefined = node; at?.answered !== undefined; at = at.parent) answers.unshift(at.answered);
    const running = await runProgram(node.program, settle);
    for (const answered of answers) await running.resume(answered);
    return running;
  }

  async function goOn(parent: Node, answered: Answered): Promise<Node> {
    const running = parent.running ?? (await runAgain(parent));
    parent.running = undefined;
    await running.resume(answered);
    const child = nodeOf(running, { program: parent.program, parent, answered });
    const name = JSON.stringify([answered.place, answered.answer]);
    // Where the code has not read the clock, it is the same history at any time.
    parent.children.set(child.hasReadClock ? `${name}${answered.atMs}` : name, child);
    return child;
  }

  async function beginWith(name: string, program: Program): Promise<Node> {
    const node = nodeOf(await runProgram(program, settle), { program });
    beginnings.set(name, node);
    return node;
  }

  return {
    get size() {
      return size;
    },
    begin: (name, program) => beginnings.get(name) ?? notYet(() => beginWith(name, program())),
    after(position, answered) {
      const node = position as Node; // what this made
      const name = JSON.stringify([answered.place, answered.answer]);
      return (
        node.children.get(name) ?? node.children.get(`${name}${answered.atMs}`) ?? notYet(() => goOn(node, answered))
      );
    },
    async take(from) {
      for (;;) {
        try {
          return from();
        } catch (error) {
          if (!(error instanceof NotYetRun)) throw error;
          await error.run();
        }
      }
    },
  };
}

const unknownAwait =
  "The explored code awaits something that the explorer does not know: a source may await its `ask`, the journal and what settles by itself. Code that reads streams needs more turnsOfTheLoop.";

function notYet(run: () => Promise<unknown>): never {
  throw new NotYetRun(run);
}

/** A lease is renewed as long as something else goes on. */
function canEnd(awaited: Awaited): boolean {
  return awaited.do !== "timer" || !awaited.renews;
}
