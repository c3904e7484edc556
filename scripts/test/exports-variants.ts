import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The spec of the invented API that `pnpm new:provider` is tested with. */
export const exportsSpec: string = join(import.meta.dirname, "fixtures/exports/openapi.yaml");
export const exportsText: string = readFileSync(exportsSpec, "utf8");

/** The text with parts of it replaced. Throws when a part is not there, so that no variant is the text itself. */
export function changed(text: string, changes: readonly (readonly [from: string | RegExp, to: string])[]): string {
  return changes.reduce((before, [from, to]) => {
    const after = before.replace(from, () => to);
    if (after === before) throw new Error(`The text has no ${String(from)}.`);
    return after;
  }, text);
}

/** The text with more parameters of one operation, each a YAML flow mapping. */
export function withParameters(text: string, operation: string, ...parameters: readonly string[]): string {
  const [before = "", after] = text.split(`operationId: ${operation}\n`);
  if (after === undefined) throw new Error(`The text has no operation ${operation}.`);
  const list = parameters.map((each) => `        - ${each}\n`).join("");
  const has = /^(?: {6}(?:summary|tags): .*\n)* {6}parameters:\n/.exec(after)?.[0];
  const more = has === undefined ? `      parameters:\n${list}${after}` : `${has}${list}${after.slice(has.length)}`;
  return `${before}operationId: ${operation}\n${more}`;
}

const key = "{ name: Idempotency-Key, in: header, required: true, schema: { type: string } }";
const account = "{ name: X-Account, in: header, required: true, schema: { type: string } }";
const accept = "{ name: Accept, in: header, required: true, schema: { type: string } }";

/** The API takes an idempotency key in a header. */
export const keyInHeader: string = withParameters(exportsText, "createExport", key);

/** It takes one in the body. */
export const keyInBody: string = changed(exportsText, [
  [
    "      required: [day]\n      properties:\n",
    "      required: [day, idempotencyKey]\n      properties:\n        idempotencyKey: { type: string, format: uuid }\n",
  ],
]);

/** Each of its operations requires more than its body and the report's id. */
export const demanding: string = [
  ["createExport", key, account],
  ["createExport", "{ name: X-Version, in: header, required: true, schema: { type: string, enum: [v2] } }"],
  ["createExport", "{ name: Authorization, in: header, required: true, schema: { type: string } }"],
  ["createExport", "{ name: region, in: query, required: true, schema: { type: string } }"],
  ["createExport", "{ name: note, in: query, schema: { type: string } }"],
  ["listExports", "{ name: page, in: query, required: true, schema: { type: integer } }"],
  ["getExport", "{ name: X-Request-Id, in: header, required: true, schema: { type: string } }", accept],
  ["getExportFile", "{ name: part, in: path, required: true, schema: { type: integer } }", accept],
  ["getExportFile", "{ name: inline, in: query, required: true, schema: { type: boolean } }"],
].reduce(
  (text, [operation = "", ...parameters]) => withParameters(text, operation, ...parameters),
  changed(exportsText, [
    ["schema: { type: string, minLength: 1 }", "schema: { type: integer }"],
    ["  /exports/{id}/file:", "  /exports/{id}/files/{part}:"],
  ]),
);

const withoutFile = changed(exportsText, [[/^ {2}\/exports\/\{id\}\/file:[\s\S]*?(?=^components:)/m, ""]]);
const day = "{ name: day, in: query, required: true, schema: { type: string, format: date } }";

/** The provider makes its exports by itself: `--request listExports`. */
export const lookedUp: string = withParameters(withoutFile, "listExports", day, account);

/** Its create has no body, and can be repeated: `--request createExport`. The record has a link beside the operation with a file. */
export const bodiless: string = changed(withParameters(exportsText, "createExport", day), [
  ["    post:", "    put:"],
  [/^ {6}requestBody:[\s\S]*?(?=^ {6}responses:)/m, ""],
  ["created_at: { type: string }", "created_at: { type: string }\n        url: { type: string, format: uri }"],
]);

/** Its create takes nothing, no operation shows one export, and the record has neither a status nor an id that is known as such. */
export const bare: string = changed(withoutFile, [
  [/^ {6}requestBody:[\s\S]*?(?=^ {6}responses:)/m, ""],
  [/^ {2}\/exports\/\{id\}:[\s\S]*?(?=^components:)/m, ""],
  ["        status: {", "        phase: {"],
  ["required: [id, status]", "required: [id, phase]"],
]);
