import { embedSpecs } from "../scripts/embed-specs.ts";

/** Tests run from `src/`, so they read the specs as they are now, never those of the last build. */
export function setup(): void {
  embedSpecs();
}
