import { RequestRefusedError } from "./errors.ts";
import { scalarText } from "./query.ts";

/** What `fetch` takes as a body, and gives a Content-Type of its own where it has one. */
type ReadyBody = Blob | FormData | URLSearchParams | ArrayBuffer;

function isReady(body: unknown): body is ReadyBody {
  return (
    body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams || body instanceof ArrayBuffer
  );
}

/** Does the platform know the Content-Type of this body (so that ours must stay away)? */
export function namesItsOwnType(body: unknown): boolean {
  return isReady(body);
}

/**
 * Write a request's body: as JSON; as a form (an array as one pair per item) where the headers say so, with or without `; charset`;
 * bodies that are ready to be sent as they are.
 *
 * @throws RequestRefusedError naming `body` for what has no such form: a cycle, a bigint, an object in a form.
 */
export function writeBody(body: unknown, headers: Headers = new Headers()): string | ReadyBody {
  if (isReady(body)) return body;
  const mediaType = headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === "application/x-www-form-urlencoded") return writeForm(body);
  if (typeof body === "string" && mediaType !== undefined && !/[/+]json$/.test(mediaType)) return body;
  try {
    const text: string | undefined = JSON.stringify(body);
    if (text !== undefined) return text;
  } catch {
    // A cycle or a bigint: the platform's message quotes the value, ours does not.
  }
  throw new RequestRefusedError({
    field: "body",
    expected: "what JSON can hold",
    received: `a ${typeof body} that it can't`,
  });
}

function writeForm(body: unknown): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) form.append(name, scalarText(`body.${name}`, item));
    }
  }
  return form.toString();
}
