import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { JsonObject } from "../src/openapi-document.ts";
import { answersText } from "../src/new-provider/answers-text.ts";
import { clientTestText, readmeText } from "../src/new-provider/package-text.ts";
import { checkParameters } from "../src/new-provider/parameters.ts";
import { planOf } from "../src/new-provider/plan.ts";
import type { Plan } from "../src/new-provider/plan.ts";
import { readSpec, reportOperations } from "../src/new-provider/read-spec.ts";
import { requestText } from "../src/new-provider/request-text.ts";
import { sourceTestText } from "../src/new-provider/source-test-text.ts";
import { sourceText } from "../src/new-provider/source-text.ts";
import { workflowText } from "../src/new-provider/spec-folder-text.ts";
import { checkSteps } from "../src/workflow-steps.ts";

function specOf(fixture: string): string {
  return readFileSync(join(import.meta.dirname, `fixtures/${fixture}/openapi.yaml`), "utf8");
}

function planFrom(text: string, request?: string): Plan {
  const document = readSpec(text, "spec.yaml");
  const operations = reportOperations(document, "spec.yaml", request);
  checkParameters(document, "spec.yaml", operations);
  return planOf("acme", document, operations, "2026-11-29");
}

/** An alteration of a text that is sure to have the words. */
function altered(text: string, ...pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((here, [from, to]) => {
    if (!here.includes(from)) throw new Error(`The text has no ${from}.`);
    return here.replaceAll(from, to);
  }, text);
}

interface Step {
  readonly stepId: string;
  readonly operationId?: string;
  readonly parameters?: readonly object[];
  readonly outputs?: object;
  readonly successCriteria: readonly { readonly condition: string }[];
}

function workflowOf(plan: Plan): {
  readonly summary: string;
  readonly inputs: object;
  readonly steps: readonly Step[];
} {
  const document = parse(workflowText(plan)) as {
    readonly workflows: readonly [ReturnType<typeof workflowOf>]; // the shape that `workflowText` writes
  };
  return document.workflows[0];
}

const keyed = planFrom(specOf("keyed"));
const listed = planFrom(specOf("listed"));

describe("a create that takes an idempotency key", () => {
  const call = '"x-idempotency-KEY": call.key';
  test("gets the job's key in it, in the source", () => {
    expect(sourceText(keyed)).toContain(`header: { ${call}, "X-Version": "2026-01-01" }`);
  });

  test("proposes create-or-get, whose reports can be made once more for another epoch", () => {
    expect(sourceText(keyed)).toContain("The create sends the job's key as x-idempotency-KEY");
    expect(sourceText(keyed)).toContain('tier: \\"create-or-get\\", remakes: true');
    expect(sourceText(listed)).toContain('tier: \\"create-or-get\\", remakes: false');
  });

  test("has it in the client's test, in the README's program, and in the workflow with an input", () => {
    expect(clientTestText(keyed).split('"x-idempotency-KEY": crypto.randomUUID()')).toHaveLength(3);
    expect(readmeText(keyed)).toContain('"x-idempotency-KEY": crypto.randomUUID()');
    const { inputs, steps } = workflowOf(keyed);
    expect(steps[0]?.parameters).toContainEqual({
      name: "x-idempotency-KEY",
      in: "header",
      value: "$inputs.xIdempotencyKey",
    });
    expect(inputs).toMatchObject({ properties: { xIdempotencyKey: { type: "string" } } });
  });
});

describe("a parameter that must be there, and is nobody's known", () => {
  test("is a decision in the source, by its operation and place", () => {
    const source = sourceText(keyed);
    for (const what of [
      "the query parameter branch of POST /shops/{shop}/files",
      "the header parameter X-Branch of GET /shops/{shop}/files/{file_id}",
      "shop of POST /shops/{shop}/files",
    ])
      expect(source).toContain(`undecided("where ${what} comes from`);
  });

  test("is an input of the workflow, in each step that needs it", () => {
    const [request, wait] = workflowOf(keyed).steps;
    expect(request?.parameters).toContainEqual({ name: "branch", in: "query", value: "$inputs.branch" });
    expect(request?.parameters).toContainEqual({ name: "X-Version", in: "header", value: "2026-01-01" });
    expect(wait?.parameters).toEqual([
      { name: "shop", in: "path", value: "$inputs.shop" },
      { name: "file_id", in: "path", value: "$steps.request.outputs.reportId" },
      { name: "X-Branch", in: "header", value: "$inputs.xBranch" },
    ]);
  });

  test("has a value of its own type in the client's test, in the path too", () => {
    expect(clientTestText(keyed)).toContain('path: { "shop": 5 }, query: { "branch": "north" }');
    expect(clientTestText(keyed)).toContain("https://api.example.com/base/shops/5/files");
  });
});

describe("a report that only a listing shows", () => {
  test("is looked for in the listing by the workflow, never by the create", () => {
    const { steps } = workflowOf(listed);
    expect(steps.map(({ operationId }) => operationId?.split(".").at(-1))).toEqual([
      "requestTally",
      "listTallies",
      "getTallyContent",
    ]);
    expect(steps[0]?.outputs).toEqual({ reportId: "$response.body#/tally/no" });
    expect(steps[1]?.successCriteria.map(({ condition }) => condition)).toEqual([
      "$statusCode == 200",
      "$response.body#/result/tallies/0/no == $steps.request.outputs.reportId",
      "$response.body#/result/tallies/0/state == 'DECIDE: the status of a report that is ready'",
    ]);
    expect(workflowText(listed)).toContain("DECIDE: is its first report the newest?");
  });

  test("is found there by the source, which reads the create's own shape apart", () => {
    expect(sourceText(listed)).toContain("return listedReport(await getListing(call, 0), call);");
    expect(answersText(listed)).toContain('observeRecord(untrusted(untrusted(answer)["tally"]))');
    expect(answersText(listed)).toContain('untrusted(untrusted(listed)["result"])["tallies"]');
  });

  test("is what the source's test asks for", () => {
    expect(sourceTestText(listed)).toContain("the provider's answer that shows a ready report (listTallies)");
  });

  test("leaves the pages open, by their names, and says what absent means then", () => {
    const answers = answersText(listed);
    expect(answers).toContain('readonly "pageNumber"?: number; readonly "limit": 10 | 50');
    expect(answers).toContain("which page of listTallies a place is (pageNumber, limit)");
    expect(answers).toContain("The listing has pages (pageNumber, limit, has_more)");
    expect(answersText(keyed)).not.toContain("pages");
  });

  test("has an id that is a number: a text for the journal, a number in the path", () => {
    expect(answersText(listed)).toContain("identifierIn(Number.isSafeInteger(id) ? String(id) : id)");
    expect(sourceText(listed)).toContain('"tally_no": Number(call.reference)');
  });

  test("leaves open which member is its id, where a file's path has another one's name", () => {
    const text = altered(
      specOf("listed"),
      [
        "        no: { type: integer, format: int64 }",
        "        id: { type: integer }\n        file_name: { type: string }",
      ],
      ["{tally_no}", "{file_name}"],
      ["name: tally_no", "name: file_name"],
    );
    const plan = planFrom(text);
    expect(answersText(plan)).toContain("which member of the answer of listTallies is the report's id");
    expect(sourceText(plan)).toContain("where file_name of GET /v3/tallies/{file_name}/content comes from");
    expect(workflowText(plan)).toContain("DECIDE: which member of the answer is the report's id");
  });

  test("without a listing or an operation of its own leaves the step that waits open", () => {
    const text = altered(specOf("listed"), [
      "    get:\n      operationId: listTallies",
      "    put:\n      operationId: listTallies",
    ]);
    const plan = planFrom(text, "requestTally");
    const { summary, steps } = workflowOf(plan);
    expect(steps.map(({ stepId }) => stepId)).toEqual(["request", "fetch-file"]);
    expect(summary).toContain("DECIDE: a step that waits");
    expect(sourceText(plan)).toContain("which operation shows one report: the spec has no GET for /v3/tallies/{…}");
  });
});

test.each([
  ["keyed", keyed],
  ["listed", listed],
])("the workflow of %s makes one report, and has all that its operations require", (_, plan) => {
  expect(checkSteps([workflowOf(plan) as unknown as JsonObject], plan.document)).toEqual([]); // it was read from YAML
});

describe("the file", () => {
  test("is found behind a link in an object that may be null, and not behind the link of an error", () => {
    expect(answersText(keyed)).toContain('untrusted(record["result"])["location"]');
    expect(workflowOf(keyed).steps.map(({ stepId }) => stepId)).toEqual(["request", "wait", "fetch-file"]);
    expect(workflowOf(keyed).steps[1]?.outputs).toEqual({ downloadUrl: "$response.body#/data/result/location" });
    const written = altered(specOf("keyed"), [
      `          anyOf:
            - type: object
              properties:
                location: { type: string, format: uri }
            - type: "null"`,
      `          type: [object, "null"]
          properties:
            location: { type: [string, "null"], format: uri }`,
    ]);
    expect(answersText(planFrom(written))).toBe(answersText(keyed));
  });

  test("is opened through the API where one operation answers with it, without one that shows a report", () => {
    expect(sourceText(listed)).toContain('client.GET("/v3/tallies/{tally_no}/content"');
    expect(requestText(listed)).toContain('expects: "csv"');
  });

  test("that is nowhere in the spec is a decision with what was looked for and what there is", () => {
    const text = altered(specOf("keyed"), [
      "location: { type: string, format: uri }",
      "location_url: { type: string }",
    ]);
    expect(sourceText(planFrom(text))).toContain(
      "looked for one member with format: uri in the answer of getFile, and found none (named like one: data.result.location_url); and for one GET that answers with something else than JSON, and found none among getFile (GET /shops/{shop}/files/{file_id})",
    );
  });

  test("that may be in two places is a decision between them", () => {
    const text = altered(specOf("keyed"), [
      "location: { type",
      "other: { type: string, format: uri }\n                location: { type",
    ]);
    expect(sourceText(planFrom(text))).toContain(
      "the member data.result.other in the answer of getFile, the member data.result.location in the answer of getFile",
    );
  });
});

describe("the request", () => {
  test("must be of days that have ended, in a time zone that a person decides", () => {
    expect(requestText(listed)).toContain('"day": endedDay("request.day", fields["day"], whole)');
    expect(requestText(listed)).toContain('undecided("the time zone of day: ');
    expect(sourceText(listed)).toContain("prepare: (input, { now }) => prepareAcme(input, now)");
    expect(requestText(listed)).not.toContain("calendarDay");
  });

  test("of a first and a last day must have them in order, and the last one must have ended", () => {
    const text = requestText(keyed);
    expect(text).toContain('const from = calendarDay("request.dateFrom", fields["dateFrom"]);');
    expect(text).toContain('const to = endedDay("request.dateTo", fields["dateTo"], whole);');
    expect(text).toContain('if (from > to) refuse("request.dateFrom", "a day that is not after dateTo", from);');
    expect(text).toContain("such as { from, to }, both included");
  });

  test("with a default in the spec has it written in, so that both give one key", () => {
    const text = requestText(listed);
    expect(text).toContain('oneOf("request.layout", fields["layout"] ?? "SHORT", ["SHORT","FULL"])');
    expect(text).toContain('wholeNumber("request.rows", fields["rows"] ?? 100)');
    expect(requestText(keyed)).toContain('oneOf("request.language", fields["language"] ?? "en", ["en","pt"])');
  });

  test("whose fields are all decisions is checked for names that it does not have", () => {
    const text = altered(
      specOf("listed"),
      [
        "day: { type: string, format: date }\n        layout",
        "day: { type: string, format: date-time }\n        layout",
      ],
      [
        "        layout: { type: string, enum: [SHORT, FULL], default: SHORT }\n        rows: { type: integer, default: 100 }\n",
        "",
      ],
    );
    expect(requestText(planFrom(text))).toContain('\n  requestFields(input, ["day"]);');
  });

  test("keeps a false apart from nothing: a default can be true", () => {
    expect(requestText(keyed)).toContain('(trueField("request.quiet", fields["quiet"] ?? true) ?? false)');
    expect(requestText(keyed)).toContain('refuse("request.complete", "true or false", undefined)');
  });

  test("has a plain pattern checked; a month, and a pattern that can backtrack, are decisions", () => {
    const text = requestText(keyed);
    expect(text).toContain('matching("request.currency", fields["currency"], /^[A-Z]{3}$/');
    expect(text).toContain('undecided("how request.month is checked');
    expect(text).toContain('undecided("how request.label is checked');
    expect(text).not.toContain("/^(a+)+$/");
  });
});

test("a request that is all in the query is sent there, by the method that the spec has", () => {
  const text = altered(
    specOf("listed"),
    [
      '      requestBody:\n        required: true\n        content:\n          application/json:\n            schema:\n              $ref: "#/components/schemas/TallyRequest"\n',
      "      parameters:\n        - name: day\n          in: query\n          required: true\n          schema: { type: string, format: date }\n",
    ],
    ["    post:", "    put:"],
  );
  const plan = planFrom(text, "requestTally");
  expect(sourceText(plan)).toMatch(
    /client\.PUT\("\/v3\/tallies", \{\s+params: \{ query: requestBody\(call\) \},\s+\.\.\.createSettings/,
  );
  expect(clientTestText(plan)).toContain('client.PUT("/v3/tallies", { params: { query: body },');
  expect(workflowOf(plan).steps[0]?.parameters).toEqual([{ name: "day", in: "query", value: "2026-11-19" }]);
});
