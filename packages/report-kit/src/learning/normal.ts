/** The chance that a normally distributed value is below `z` standard deviations; off by less than 0.0002. */
export function normal(z: number): number {
  // Beyond, a double has no digits for the difference from 0 or 1.
  if (Math.abs(z) > 7.4) return Number(z > 0);
  return 1 / (1 + Math.exp(-z * (1.5976 + 0.070566 * z * z)));
}
