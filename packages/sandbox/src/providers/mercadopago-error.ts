import { json } from "../answer.ts";
import type { Answer } from "../answer.ts";

/** Mercado Pago's usual error body: `error` is for programs, `message` for people. */
export function mercadopagoError(status: number, error: string, message: string): Answer {
  return json(status, { message, error, status, cause: [] });
}
