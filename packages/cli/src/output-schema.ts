import type { OutputLine } from "./output-lines.ts";

type JsonSchema = Readonly<Record<string, unknown>>;
type Members = Readonly<Record<string, JsonSchema>>;

const text: JsonSchema = { type: "string" };
const count: JsonSchema = { type: "integer", minimum: 0 };
const flag: JsonSchema = { type: "boolean" };
const textOrNull: JsonSchema = { type: ["string", "null"] };
const sha256: JsonSchema = { type: "string", pattern: "^[0-9a-f]{64}$" };
const instant: JsonSchema = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z$" };

function object(required: Members, optional: Members = {}, open = false): JsonSchema {
  return {
    type: "object",
    properties: { ...required, ...optional },
    required: Object.keys(required),
    ...(open ? {} : { additionalProperties: false }),
  };
}

const period = object({ from: text, to: text });
const file: Members = { path: textOrNull, name: text, bytes: count, sha256 };

/** The members of each kind of line besides `line`. */
const lines: Readonly<Record<OutputLine["line"], JsonSchema>> = {
  // An event has more members, by its type: docs/jobs/monitoring.md.
  event: object({ event: object({ type: text, at: instant, key: text, source: text, reportType: text }, {}, true) }),
  report: object({ source: text, reportType: text, key: text, bookmark: text, ...file, empty: flag, existed: flag }),
  delivery: object(
    {
      series: text,
      period,
      status: { enum: ["delivered", "corrected"] },
      key: textOrNull,
      bookmark: textOrNull,
      deliveryId: text,
      ...file,
    },
    { corrects: object({ deliveryId: text, sha256 }) },
  ),
  missing: object({ series: text, period, reason: text, key: textOrNull, bookmark: textOrNull }, { message: text }),
  summary: object({
    exit: count,
    series: { type: "array", items: object({ name: text, delivered: count, corrected: count, failed: count }) },
  }),
  job: object({
    job: object(
      {
        key: text,
        bookmark: text,
        readable: text,
        source: text,
        reportType: text,
        phase: text,
        startedAt: instant,
        requests: count,
      },
      {},
      true,
    ),
  }),
  "unreadable-job": object({ key: text, message: text }),
  removed: object({ records: count }),
  look: object({ at: instant, afterMs: count, why: text }),
  check: object({ name: text, ok: flag, message: text }, { todo: text }),
  error: object(
    { exit: count, code: text, message: text },
    { todo: text, source: text, bookmark: text, requestId: text },
  ),
};

/** The JSON Schema of a line that `--json` writes. */
export function outputJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A line of report-kit --json",
    oneOf: Object.entries(lines).map(([line, schema]) => withName(line, schema)),
  };
}

function withName(line: string, schema: JsonSchema): JsonSchema {
  const { properties, required } = schema as { readonly properties: Members; readonly required: readonly string[] }; // `object` made it
  return { ...schema, properties: { line: { const: line }, ...properties }, required: ["line", ...required] };
}
