import { expect, test } from "vitest";
import { checkParameters } from "../src/new-provider/parameters.ts";
import { planOf } from "../src/new-provider/plan.ts";
import type { Plan } from "../src/new-provider/plan.ts";
import { readSpec, reportOperations } from "../src/new-provider/read-spec.ts";
import { requestText } from "../src/new-provider/request-text.ts";
import { sourceText } from "../src/new-provider/source-text.ts";
import { bodiless, changed, demanding, exportsText, keyInBody, lookedUp, withParameters } from "./exports-variants.ts";

function plan(text: string, request?: string): Plan {
  const document = readSpec(text, "spec.yaml");
  const operations = reportOperations(document, "spec.yaml", request);
  checkParameters(document, "spec.yaml", operations);
  return planOf("ledgerly", document, operations, "2026-11-29");
}

/** The parameters of a call of the source, on one line, with each decision by the first words of its text. */
function paramsOf(text: string, call: string, request?: string): string | undefined {
  const code = sourceText(plan(text, request)).replaceAll(/undecided\("(?:[^"\\]|\\.)*"\)/g, (decision) => {
    const [words = ""] = /"[^,:]*/.exec(decision) ?? [];
    return `<${words.slice(1)}>`;
  });
  const [, ofCall = ""] = code.replaceAll(/\s+/g, " ").split(call);
  const [init = ""] = ofCall.split(");");
  const from = init.indexOf("{", init.indexOf("params: "));
  if (!init.includes("params: ")) return undefined;
  let depth = 0;
  for (let place = from; place < init.length; place += 1) {
    depth += init[place] === "{" ? 1 : init[place] === "}" ? -1 : 0;
    if (depth === 0) return init.slice(from, place + 1);
  }
  return undefined;
}

const from = (what: string): string => `<where ${what} comes from>`;

test("what each operation requires besides its body is in its call: written out, or a decision that names it", () => {
  expect(paramsOf(demanding, 'client.POST("/exports"')).toBe(
    `{ query: { "region": ${from("the query parameter region of POST /exports")} }, ` +
      'header: { "Authorization": <the header parameter Authorization of POST /exports>, "X-Version": "v2", ' +
      `"Idempotency-Key": call.key, "X-Account": ${from("the header parameter X-Account of POST /exports")} } }`,
  );
  expect(paramsOf(demanding, 'client.GET("/exports"')).toBe("{ query: pageAt(place) }");
  // A provider that remembers answers by a request id would answer every look as it did the first.
  expect(paramsOf(demanding, 'client.GET("/exports/{id}"')).toBe(
    '{ path: { "id": Number(call.reference) }, header: { "X-Request-Id": crypto.randomUUID(), "Accept": "application/json" } }',
  );
  expect(paramsOf(demanding, 'client.GET("/exports/{id}/files/{part}"')).toBe(
    `{ path: { "id": Number(call.reference), "part": ${from("part of GET /exports/{id}/files/{part}")} }, ` +
      `query: { "inline": ${from("the query parameter inline of GET /exports/{id}/files/{part}")} }, ` +
      'header: { "Accept": "text/csv" } }',
  );
  expect(paramsOf(lookedUp, 'client.GET("/exports"', "listExports")).toBe(
    `{ query: requestBody(call), header: { "X-Account": ${from("the header parameter X-Account of GET /exports")} } }`,
  );
  expect(paramsOf(bodiless, 'client.PUT("/exports"', "createExport")).toBe("{ query: requestBody(call) }");
});

const header = (name: string, schema = "{ type: string }", required = true): string =>
  withParameters(
    exportsText,
    "createExport",
    `{ name: ${name}, in: header, required: ${required}, schema: ${schema} }`,
  );

test.each([
  ["Idempotency-Key", header("Idempotency-Key")],
  ["idempotency-key", header("idempotency-key", "{ type: string, format: uuid }")],
  ["X-Idempotency-Key", header("X-Idempotency-Key", "{ type: string, maxLength: 36 }")],
  ["X-Request-ID", header("X-Request-ID", "{ type: [string, 'null'] }")],
  ["PayPal-Request-Id", header("PayPal-Request-Id")],
  ["Idempotency-Key", header("Idempotency-Key", "{ type: string }", false)],
])("the create sends the job's key as %s, and the decision about the tier names it", (name, text) => {
  expect(plan(text).idempotencyKey).toEqual({ place: "header", name, takesJobKey: true });
  expect(paramsOf(text, "client.POST")).toBe(`{ header: { "${name}": call.key } }`);
  expect(sourceText(plan(text))).toContain(`The create sends the job's key as ${name}: `);
});

test.each([
  ["shorter than a UUID", "{ type: string, maxLength: 35 }"],
  ["longer than a UUID", "{ type: string, minLength: 37 }"],
  ["a number", "{ type: integer }"],
  ["of a pattern", "{ type: string, pattern: '^r-' }"],
  ["of a list", "{ type: string, enum: [one, two] }"],
  ["of one schema of several", "{ oneOf: [{ type: string }, { type: integer }] }"],
  ["of another format", "{ type: string, format: date-time }"],
])("how the job's key becomes an idempotency key that is %s is a decision", (_, schema) => {
  const text = header("Idempotency-Key", schema);
  expect(plan(text).idempotencyKey).toMatchObject({ takesJobKey: false });
  expect(paramsOf(text, "client.POST")).toBe(
    '{ header: { "Idempotency-Key": <how the header parameter Idempotency-Key of POST /exports is made of call.key> } }',
  );
});

test.each([
  ["a header that may be left out", header("X-Request-Id", "{ type: string }", false)],
  ["another parameter that may be left out", header("X-Trace", "{ type: string }", false)],
])("nothing is sent for %s", (_, text) => {
  expect(plan(text).idempotencyKey).toBeUndefined();
  expect(paramsOf(text, "client.POST")).toBeUndefined();
});

test("beside an idempotency key a request id gets the job's key too, and the decision about the tier names the former", () => {
  const text = withParameters(
    header("Idempotency-Key"),
    "createExport",
    "{ name: X-Request-Id, in: header, required: true, schema: { type: string } }",
  );
  expect(paramsOf(text, "client.POST")).toBe('{ header: { "X-Request-Id": call.key, "Idempotency-Key": call.key } }');
  expect(plan(text).idempotencyKey?.name).toBe("Idempotency-Key");
});

test("an idempotency key in the body is no field of the request: the source adds the job's key", () => {
  const text = requestText(plan(keyInBody));
  expect(text).toContain('export type LedgerlyReportRequest = Omit<ReportRequest, "idempotencyKey">;');
  expect(text).toContain('requestFields(input, ["day","detail"])');
  expect(text).toContain('const body = { ...call.request, "idempotencyKey": call.key };');
});

test("an operation's own parameter takes the place of its path's", () => {
  const text = changed(withParameters(exportsText, "createExport", "{ name: X-Region, in: header, schema: {} }"), [
    [
      "  /exports:\n",
      "  /exports:\n    parameters:\n      - { name: X-Region, in: header, required: true, schema: { type: string } }\n",
    ],
  ]);
  expect(paramsOf(text, "client.POST")).toBeUndefined();
  expect(paramsOf(text, 'client.GET("/exports"')).toContain("X-Region of GET /exports");
});

test.each([
  [
    "a required cookie",
    withParameters(exportsText, "getExport", "{ name: session, in: cookie, required: true, schema: { type: string } }"),
    "spec.yaml: getExport (GET /exports/{id}): it requires the cookie session, and the clients of report-kit send no cookies.",
  ],
  [
    "a path with a name that is no parameter",
    changed(exportsText, [["/exports/{id}/file:", "/exports/{id}/{part}:"]]),
    'getExportFile (GET /exports/{id}/{part}): the path has {part}, but no parameter with "in: path" has this name.',
  ],
  [
    "a parameter that its path does not have",
    withParameters(exportsText, "createExport", "{ name: psp, in: path, required: true, schema: { type: string } }"),
    'createExport (POST /exports): the parameter psp is "in: path", but the path has no {psp}.',
  ],
  [
    "a parameter in no known place",
    withParameters(exportsText, "createExport", "{ name: psp, in: formData, schema: { type: string } }"),
    "the parameter psp: expected in: path, query, header or cookie, got formData.",
  ],
  [
    "a form",
    changed(exportsText, [["        content:\n          application/json:", "        content:\n          text/xml:"]]),
    "createExport (POST /exports): it takes a body of text/xml. The clients of report-kit send application/json",
  ],
])("new-provider refuses %s, which no call could give", (_, text, problem) => {
  expect(() => plan(text, "createExport")).toThrow(problem);
});
