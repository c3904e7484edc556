import { TransportError } from "@report-kit/http";
import { explainError } from "../source/explain-error.ts";
import type { Observation } from "../source/observation.ts";
import type { ReportSource, SourceCall } from "../source/report-source.ts";
import type { Ask } from "./transitions.ts";

/** What one request came to. */
export interface Answer {
  readonly observation: Observation;
  /** Whether a request was made for it: not when a list that jobs share answered in its place. */
  readonly sent: boolean;
  /** An error that is the caller's to see: of the source itself, or the reason of an abort. */
  readonly thrown?: unknown;
}

interface AskHow {
  /** Which place `find` looks in. */
  readonly place: number;
  /** What a shared list answers in place of the request. */
  readonly listed: (() => Observation) | undefined;
  readonly now: () => number;
}

/** Make the one request, unless a shared list answers in its place, and turn whatever it comes to into an observation. */
export async function ask(
  source: ReportSource,
  action: Ask,
  call: SourceCall,
  { place, listed, now }: AskHow,
): Promise<Answer> {
  const sent = listed === undefined;
  let departed = source.profile.reportsDeparture !== true;
  const onDeparture = (): void => {
    if (now() > (call.notAfter ?? Infinity)) throw tooLate(source);
    departed = true;
  };
  try {
    if (listed !== undefined) return { observation: listed(), sent };
    if (action === "create" && source.create !== undefined) {
      return { observation: await source.create({ ...call, onDeparture }), sent };
    }
    if (action === "find" && source.find !== undefined) return { observation: await source.find(call, place), sent };
    return { observation: await source.look(call), sent };
  } catch (error) {
    const isUnclear = action === "create" && departed && mayHaveLeft(error);
    const unsure: Observation = { is: isUnclear ? "unclear" : "unreachable", error };
    if (call.signal.aborted) return { observation: unsure, sent, thrown: call.signal.reason };
    const meaning = source.explain?.(error, action, call) ?? explainError(error, action);
    return meaning === undefined ? { observation: unsure, sent, thrown: error } : { observation: meaning, sent };
  }
}

/** The sender asks right before the request leaves: a create that is late by this kit's clock never does (ADR 13). */
function tooLate({ id, provider }: ReportSource): TransportError {
  const message = `The create for ${id} was held back for longer than its lease lasts (a rate limiter, a machine that stood still), so it was not sent. It is tried again.`;
  return new TransportError({ code: "too-late", message, provider, operationId: undefined, maybeSent: false });
}

/** An error that says that its request never left proves that nothing was made, whatever else it is. */
function mayHaveLeft(error: unknown): boolean {
  return typeof error !== "object" || error === null || !("maybeSent" in error) || error.maybeSent !== false;
}
