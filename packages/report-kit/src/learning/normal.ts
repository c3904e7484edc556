/** The chance that a normally distributed value is below `z` standard deviations; off by less than 0.0002. */
export function normal(z: number): number {
  // Beyond, a double has no digits for the difference from 0 and 1.
  if (z < -7.4) return 0;
  if (z > 7.4) return 1;
  return 1 / (1 + Math.exp(-z * (1.5976 + 0.070566 * z * z)));
}
