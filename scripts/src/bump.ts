/** How far a version has to rise, least first. */
export type Bump = "patch" | "minor" | "major";

const bumps: readonly Bump[] = ["patch", "minor", "major"];

export function isBump(value: unknown): value is Bump {
  return bumps.some((bump) => bump === value);
}

/** The greatest of some bumps; undefined when there is none. */
export function greatestBump(found: readonly Bump[]): Bump | undefined {
  return bumps.findLast((bump) => found.includes(bump));
}

export function isBelow(bump: Bump, floor: Bump): boolean {
  return bumps.indexOf(bump) < bumps.indexOf(floor);
}

/** What a bump is for a package of this version: below 1.0 a breaking change is a minor. */
export function bumpBelowOne(bump: Bump, version: string): Bump {
  return bump === "major" && version.startsWith("0.") ? "minor" : bump;
}
