/**
 * The gap to the next look in milliseconds, learned from earlier reports; undefined = not enough was learned.
 * `ageMs` is the age on the schedule, `requestCostS` what a request costs in seconds of waiting.
 */
export type LearnedGap = (ageMs: number, requestCostS: number) => number | undefined;
