/** The states that were visited, by number, and the ways between them. */
export interface Graph {
  readonly states: number;
  readonly transitions: number;
  /** @param by how it was reached */
  visit(
    name: string,
    by?: { readonly from: number; readonly ordinal: number },
  ): { readonly state: number; readonly isNew: boolean };
  /** A way that needs no fault. */
  connect(from: number, to: number, costMs: number): void;
  /** All work is over in this state. */
  end(state: number): void;
  /** A state of its own at the end of a way, whatever state it leads to. */
  reachBy(from: number, ordinal: number): number;
  /** The moves that lead to a state, by a shortest way. */
  wayTo(state: number): readonly number[];
  /** The state from which an end is furthest away in time, if no more faults happen; Infinity = an end can't be reached. */
  furthestFromEnd(): { readonly furthest: number; readonly distance: number };
}

export function createGraph(): Graph {
  const numbers = new Map<string, number>();
  const reachedFrom = createNumbers();
  const reachedBy = createNumbers();
  const ways = { from: createNumbers(), to: createNumbers(), costMs: createNumbers() };
  const ends: number[] = [];
  let transitions = 0;

  function add(from: number, ordinal: number): number {
    reachedFrom.push(from);
    reachedBy.push(ordinal);
    return reachedFrom.length - 1;
  }

  return {
    get states() {
      return numbers.size;
    },
    get transitions() {
      return transitions;
    },
    visit(name, by) {
      if (by !== undefined) transitions += 1;
      const known = numbers.get(name);
      if (known !== undefined) return { state: known, isNew: false };
      const state = add(by?.from ?? -1, by?.ordinal ?? -1);
      numbers.set(name, state);
      return { state, isNew: true };
    },
    connect(from, to, costMs) {
      ways.from.push(from);
      ways.to.push(to);
      ways.costMs.push(costMs);
    },
    end: (state) => void ends.push(state),
    reachBy: add,
    wayTo(state) {
      const moves: number[] = [];
      for (let at = state; at >= 0; at = reachedFrom.at(at)) if (reachedBy.at(at) >= 0) moves.unshift(reachedBy.at(at));
      return moves;
    },
    furthestFromEnd() {
      const distances = distancesTo(ends, ways, reachedFrom.length);
      let furthest = 0;
      distances.forEach((distance, state) => {
        if (distance > (distances[furthest] ?? 0)) furthest = state;
      });
      return { furthest, distance: distances[furthest] ?? 0 };
    },
  };
}

/** Numbers in a growing array that takes four bytes for each. */
function createNumbers(): { push(value: number): void; at(place: number): number; readonly length: number } {
  let values = new Int32Array(1_024);
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const more = new Int32Array(2 * length);
        more.set(values);
        values = more;
      }
      values[length] = value;
      length += 1;
    },
    at: (place) => values[place] ?? 0,
    get length() {
      return length;
    },
  };
}

type Numbers = ReturnType<typeof createNumbers>;

/** From each state, the time that the quickest way to an end takes. The ways backwards, in the order of their distance. */
function distancesTo(
  ends: readonly number[],
  ways: { readonly from: Numbers; readonly to: Numbers; readonly costMs: Numbers },
  states: number,
): Float64Array {
  // The ways into each state, one after the other in one array.
  const firstInto = new Int32Array(states + 1);
  for (let way = 0; way < ways.to.length; way += 1) {
    const to = ways.to.at(way) + 1;
    firstInto[to] = (firstInto[to] ?? 0) + 1;
  }
  for (let state = 0; state < states; state += 1)
    firstInto[state + 1] = (firstInto[state + 1] ?? 0) + (firstInto[state] ?? 0);
  const into = new Int32Array(ways.to.length);
  const filled = firstInto.slice();
  for (let way = 0; way < ways.to.length; way += 1) {
    const to = ways.to.at(way);
    const place = filled[to] ?? 0;
    into[place] = way;
    filled[to] = place + 1;
  }

  const distances = new Float64Array(states).fill(Infinity);
  const byDistance = new Map<number, number[]>();
  const queued: number[] = [];
  function reach(state: number, distance: number): void {
    if (distance >= (distances[state] ?? 0)) return;
    distances[state] = distance;
    const at = byDistance.get(distance);
    if (at !== undefined) at.push(state);
    else {
      byDistance.set(distance, [state]);
      queued.splice(queued.findLastIndex((one) => one > distance) + 1, 0, distance); // the nearest last
    }
  }
  for (const state of ends) reach(state, 0);
  for (let distance = queued.pop(); distance !== undefined; distance = queued.pop()) {
    const at = byDistance.get(distance) ?? [];
    for (const state of at) {
      if ((distances[state] ?? 0) < distance) continue;
      for (let place = firstInto[state] ?? 0; place < (firstInto[state + 1] ?? 0); place += 1) {
        const way = into[place] ?? 0;
        reach(ways.from.at(way), distance + ways.costMs.at(way));
      }
    }
    byDistance.delete(distance);
  }
  return distances;
}
