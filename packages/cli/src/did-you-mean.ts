import { nearestName } from "@report-kit/http";

/** ` Did you mean circle?`, where a known name is near. */
export function didYouMean(text: string, known: readonly string[]): string {
  const near = nearestName(text, known);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}
