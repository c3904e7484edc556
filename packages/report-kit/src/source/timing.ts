/** How long a create may take, in milliseconds. A step starts one only if its lease outlives it. */
export const createTimeoutMs = 30_000;
/** How far any two clocks may be apart, workers' and providers': a premise of "no duplicates" (docs/adr, 3). */
export const clockSkewMs: number = 2 * 60_000;
