/**
 * The known name that a wrong one was probably meant to be; undefined when none is near. Case, `_` and `-` do not count.
 * A name within the other (`type`, `reportType`) is near, and so is one with few letters wrong.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > longest) return undefined;
  const wanted = plain(name);
  const ranked = known
    .map((candidate) => ({ candidate, distance: distanceBetween(wanted, plain(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, plain(candidate).length / 3))
    .toSorted((one, other) => one.distance - other.distance);
  return ranked[0]?.candidate ?? known.find((candidate) => contains(plain(candidate), wanted));
}

/** Longer than any name we know; what is longer is not compared. */
const longest = 60;

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

function contains(candidate: string, wanted: string): boolean {
  if (wanted.length < 3) return false;
  return candidate.includes(wanted) || (candidate.length >= 3 && wanted.includes(candidate));
}

/** How many letters must be changed, added or taken away (Levenshtein). */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (const [place, compared] of Array.from(other).entries()) {
      const changed = (row[place] ?? 0) + (letter === compared ? 0 : 1);
      next.push(Math.min(changed, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
