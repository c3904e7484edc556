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

test("the check of workflows finds a provider without an Arazzo workflow", () => {
  const root = copyOfRepository();
  rmSync(join(root, path));
  expect(checkWorkflow(root, providerNamed(root, "begateway"))).toEqual([`${path}: missing`]);
});
