import type { FileContents } from "./contents/file-contents.ts";

/** What a handler answers; `undefined` as body means a body of zero bytes. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly json: unknown } | { readonly file: FileContents };
}

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return headers === undefined ? { status, body: { json: value } } : { status, body: { json: value }, headers };
}
