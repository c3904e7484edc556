/** Writes a second of one way of writing, with `writers` at once, in one round. */
export interface Contender {
  readonly name: string;
  /** One durable write by writer `writer`, its `turn`th since the start. */
  write(writer: number, turn: number): Promise<void>;
}

export interface Figure {
  readonly name: string;
  readonly writers: number;
  /** Median over the rounds. */
  readonly writesPerSecond: number;
}

/**
 * Measure contenders against each other: in each round each has its turn, so that what else the machine does falls on all
 * of them, in an order that changes from round to round.
 */
export async function compare(
  contenders: readonly Contender[],
  writers: number,
  { rounds, roundMs }: { readonly rounds: number; readonly roundMs: number },
): Promise<Figure[]> {
  const rates = contenders.map((): number[] => []);
  const turns = contenders.map(() => Array.from({ length: writers }, () => 0));
  for (let round = 0; round <= rounds; round += 1) {
    for (let position = 0; position < contenders.length; position += 1) {
      const index = (position + round) % contenders.length;
      const [contender, counts] = [contenders[index], turns[index]];
      if (contender === undefined || counts === undefined) continue;
      const rate = await writesPerSecond(contender, counts, roundMs);
      if (round > 0) rates[index]?.push(rate); // round 0 warms up
    }
  }
  return contenders.map(({ name }, index) => ({ name, writers, writesPerSecond: median(rates[index] ?? []) }));
}

async function writesPerSecond(contender: Contender, turns: number[], roundMs: number): Promise<number> {
  const start = performance.now();
  let writes = 0;
  await Promise.all(
    turns.map(async (_, writer) => {
      while (performance.now() - start < roundMs) {
        const turn = turns[writer] ?? 0;
        turns[writer] = turn + 1;
        await contender.write(writer, turn);
        writes += 1;
      }
    }),
  );
  return (writes / (performance.now() - start)) * 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
