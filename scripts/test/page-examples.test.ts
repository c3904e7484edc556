import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkExactRequests } from "../src/exact-requests.ts";
import { isObject, readDocument } from "../src/openapi-document.ts";
import { checkPageExamples, pageExamples } from "../src/page-examples.ts";
import { listProviders, providerNamed } from "../src/providers.ts";
import { run } from "../src/run-program.ts";
import { schemaValidator } from "../src/schema-validator.ts";
import { alter, copyOfRepository, repository } from "./altered-copy.ts";

describe.each(listProviders(repository).map((provider) => [provider.name, provider] as const))(
  "the source pages of %s",
  async (_, provider) => {
    const { examples } = pageExamples(repository, provider);
    const validate = schemaValidator(readDocument(repository, provider.effective));

    test("have no example that is missing from the list or does not satisfy its schema", () => {
      expect(examples.length).toBeGreaterThan(0);
      expect(checkPageExamples(repository, provider)).toEqual([]);
    });

    test.each(examples.filter(({ value }) => isObject(value)))(
      "have at $place an example whose schema refuses other values",
      (example) => {
        const { schema, value } = example;
        if (!isObject(value)) throw new Error("The filter above lets objects alone through.");
        const refused = Object.keys(value).filter((name) => validate(schema, { ...value, [name]: [[{}]] }).length > 0);
        expect(refused).not.toEqual([]);
      },
    );
  },
);

describe.each(
  listProviders(repository)
    .filter(({ name }) => name !== "circle")
    .map((provider) => [provider.name, provider] as const),
)("the request schemas of %s", (_, provider) => {
  const requests = pageExamples(repository, provider).examples.filter(
    ({ operation, part }) => part === "request" && operation?.startsWith("webhook.") === false,
  );
  const validate = schemaValidator(readDocument(repository, provider.effective));

  test.each(requests)("refuse the example at $place with one more member", ({ schema, value }) => {
    if (!isObject(value)) throw new Error("A request example is no object.");
    expect(validate(schema, value)).toEqual([]);
    expect(validate(schema, { ...value, notDescribed: 1 })).not.toEqual([]);
  });
});

describe("the check of the pages' examples finds", () => {
  const monato = providerNamed(repository, "monato");
  const list = "specs/monato/examples.yaml";
  const page = "specs/monato/fixtures/2026-11-20-monato-reports.md";

  test("an example of the page that does not satisfy its schema", () => {
    const root = copyOfRepository();
    alter(root, page, /^ +"report_type": "[A-Z_]+"/m, '"report_type": 7');
    expect(checkPageExamples(root, monato)).not.toEqual([]);
  });

  test("a schema that an example does not satisfy any more", () => {
    const root = copyOfRepository();
    alter(root, monato.effective, /^( +)clabe_number:\n/m, "        clabe:\n");
    expect(checkPageExamples(root, monato)).not.toEqual([]);
  });

  test("an example that the list does not account for", () => {
    const root = copyOfRepository();
    alter(root, list, /^- page: [\s\S]*?(?=^- page: )/m, "");
    expect(checkPageExamples(root, monato)).toEqual([
      expect.stringMatching(/:\d+: 0 entries in examples\.yaml, must be one$/),
    ]);
  });

  test("an entry where the page prints nothing", () => {
    const root = copyOfRepository();
    alter(root, list, /line: \d+/, "line: 1");
    expect(checkPageExamples(root, monato)).toEqual([
      expect.stringContaining("0 entries in examples.yaml"),
      expect.stringContaining(":1: the page prints no value there"),
    ]);
  });

  test("a fault that is no sentence, and an entry that leads to no schema", () => {
    const root = copyOfRepository();
    alter(root, list, "faults: []", "faults: [wrong]");
    alter(root, list, /part: response, status: .200./, "part: response, status: '299'");
    expect(checkPageExamples(root, monato)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("`faults` must be a list of sentences"),
        expect.stringContaining("leads to no schema"),
      ]),
    );
  });

  test("an example of Circle's fragment, by its pointer", () => {
    const root = copyOfRepository();
    alter(
      root,
      "specs/circle/fixtures/2026-11-20-circle-request-a-report.md",
      "expiresAt: '2025-01-15T15:00:00Z'",
      "expiresAt: '2025-01-15T25:00:00Z'",
    );
    expect(checkPageExamples(root, providerNamed(root, "circle"))).toEqual([
      expect.stringMatching(
        /#\/paths\/~1v1~1reports\/post\/responses\/200\/.*example: \/data\/expiresAt must match format "date-time"/,
      ),
    ]);
  });

  test("a request object that is open", () => {
    const root = copyOfRepository();
    alter(root, monato.effective, "additionalProperties: false", "additionalProperties: true");
    alter(root, monato.effective, /^ +additionalProperties: false\n/m, "");
    expect(checkExactRequests(root, monato)).not.toEqual([]);
  });

  test("a fault when it runs as the program check-specs, which exits with 1", async () => {
    const root = copyOfRepository();
    alter(root, list, "faults: []", "faults: [wrong]");
    const program = join(repository, "scripts/check-specs.ts");
    const { exitCode, stderr } = await run(process.execPath, [program, "--root", root, "monato"], root);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("must be a list of sentences");
  });
});

test("the schema validator throws on a format that it does not know", () => {
  const validate = schemaValidator({
    openapi: "3.1.0",
    components: { schemas: { A: { type: "string", format: "sundial" } } },
  });
  expect(() => validate(["components", "schemas", "A"], "noon")).toThrow("sundial");
});
