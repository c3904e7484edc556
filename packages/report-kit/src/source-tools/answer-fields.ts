/** An answer's object, before anything in it is believed. */
export type Untrusted = Readonly<Record<string, unknown>>;

/** Any object, to be read by name; what is read is checked. Whatever else came has no members. */
export function untrusted(value: unknown): Untrusted {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Untrusted) : {}; // an object has names, of values unknown
}

/** A provider's identifier: a short text without spaces and slashes. Nothing else is asked for. */
export function identifierIn(value: unknown): string | undefined {
  return typeof value === "string" && /^\w[\w.:-]{0,99}$/.test(value) ? value : undefined;
}
