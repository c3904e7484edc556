import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkWorkflow } from "../src/workflows.ts";
import { alter, copyOfRepository } from "./altered-copy.ts";
import { providerNamed } from "../src/providers.ts";

const path = "specs/begateway/workflow.arazzo.yaml";

test.each([
  [
    "an operation that does not exist",
    /operationId: (\S*)createReport/,
    "operationId: createReports",
    "there is no operation createReports",
  ],
  [
    "another description",
    "url: ./effective.gen.yaml",
    "url: ./openapi.yaml",
    "no source description is ./effective.gen.yaml",
  ],
  ["nothing", /operationId: \S+/, "x-nothing: true", "calls nothing"],
])("the check of workflows finds an Arazzo workflow that calls %s", (_, from, to, problem) => {
  const root = copyOfRepository();
  alter(root, path, from, to);
  expect(checkWorkflow(root, providerNamed(root, "begateway"))).toEqual([expect.stringContaining(problem)]);
});

const lookedUp = "specs/circle/workflow.arazzo.yaml";

test.each([
  [
    "begateway",
    "a create that is in two steps",
    /getReport\n/,
    "createReport\n",
    [
      "the steps request and wait both send createReport, which can make a second report",
      "step wait repeats createReport after a failure",
      "step wait sends no body, which createReport requires",
    ],
  ],
  [
    "begateway",
    "a create that is repeated after a failure",
    "        outputs:\n          reportId: $response.body#/data/report/id",
    "        onFailure:\n          - { name: again, type: retry, retryAfter: 1, retryLimit: 2 }\n        outputs:\n          reportId: $response.body#/data/report/id",
    ["step request repeats createReport after a failure"],
  ],
  [
    "begateway",
    "a required parameter in a path that is gone",
    "          - name: report_id\n            in: path",
    "          - name: report\n            in: path",
    ["step wait lacks the path parameter report_id, which getReport requires"],
  ],
  [
    "begateway",
    "a required parameter that is in another place",
    "          - name: report_id\n            in: path",
    "          - name: report_id\n            in: query",
    ["step wait lacks the path parameter report_id, which getReport requires"],
  ],
  [
    "begateway",
    "a member of the body that is gone",
    "            format: $inputs.format\n",
    "",
    ["step request sends no format in its body, which createReport requires"],
  ],
  [
    "begateway",
    "a member that is gone deep in the body",
    "              date_from: $inputs.dateFrom\n",
    "",
    ["step request sends no request_params.date_from in its body, which createReport requires"],
  ],
  [
    "circle",
    "a member of one of several bodies that is gone",
    "            date: $inputs.date\n",
    "",
    ["step request sends no date in its body, which requestReport requires"],
  ],
])("the check of workflows finds in that of %s %s", (provider, _, from, to, problems) => {
  const root = copyOfRepository();
  alter(root, `specs/${provider}/workflow.arazzo.yaml`, from, to);
  expect(checkWorkflow(root, providerNamed(root, provider))).toEqual(
    problems.map((problem) => expect.stringContaining(problem)),
  );
});

test("the check of workflows finds a required header that no step sends, whatever its case", () => {
  const root = copyOfRepository();
  const header =
    "      parameters:\n        - { name: Idempotency-Key, in: header, required: true, schema: { type: string } }\n";
  alter(
    root,
    "specs/begateway/effective.gen.yaml",
    "      operationId: createReport\n",
    `      operationId: createReport\n${header}`,
  );
  const begateway = providerNamed(root, "begateway");
  expect(checkWorkflow(root, begateway)).toEqual([
    `${path}: step request lacks the header parameter Idempotency-Key, which createReport requires`,
  ]);
  alter(
    root,
    path,
    "        requestBody:\n",
    "        parameters:\n          - { name: idempotency-key, in: header, value: $inputs.reportId }\n        requestBody:\n",
  );
  expect(checkWorkflow(root, begateway)).toEqual([]);
});

test("the check of workflows lets a POST that the spec marks x-repeatable be in several steps", () => {
  const root = copyOfRepository();
  alter(
    root,
    lookedUp,
    /- stepId: wait[\s\S]*?parameters:\n {10}- name: id\n {12}in: path\n {12}value: \$steps\.request\.outputs\.reportId\n/,
    "- stepId: wait\n        operationId: $sourceDescriptions.circle.requestReport\n        requestBody: { payload: { reportType: camt053, date: $inputs.date } }\n",
  );
  expect(checkWorkflow(root, providerNamed(root, "circle"))).toEqual([]);
});

test("the check of workflows finds a provider without an Arazzo workflow", () => {
  const root = copyOfRepository();
  rmSync(join(root, path));
  expect(checkWorkflow(root, providerNamed(root, "begateway"))).toEqual([`${path}: missing`]);
});
