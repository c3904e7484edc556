/** A report that may be the one a job asked for, as a search found it. No secrets, no links. */
export interface FoundReport {
  readonly reference: string;
  readonly status?: string | undefined;
  /** ISO 8601, as the provider gives it. */
  readonly createdAt?: string | undefined;
}
