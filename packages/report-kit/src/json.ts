/** A value that JSON can say: what keys are made of and what journals hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. An absent member and a member that is null mean the same to report-kit. */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}
