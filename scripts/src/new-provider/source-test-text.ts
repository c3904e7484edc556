import { entries } from "../openapi-document.ts";
import { signInOptions } from "./client-text.ts";
import { exampleRequest, printedAnswer } from "./example-value.ts";
import { killTestText } from "./kill-test-text.ts";
import { shownOperation, undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { ApiOperation } from "./read-spec.ts";

/** The test of a source: a report is fetched once from scripted answers, and made once wherever a worker is killed. */
export function sourceTestText(plan: Plan): string {
  const { name, pascal, camel, document, operations, signIn } = plan;
  const { request } = operations;
  const options = [
    ...signInOptions(signIn).map((option) => `${option.name}: "secret-${option.name}"`),
    'baseUrl: "https://api.example.com"',
  ];
  const printed = printedAnswer(document, request);
  const created =
    printed === undefined
      ? undecided(`the provider's answer to ${request.name}, from its page`)
      : JSON.stringify(printed);
  const ready = undecided(
    `the provider's answer that shows a ready report (${shownOperation(plan).name}), from its page`,
  );
  const isRead = request.method === "GET";
  const key = plan.idempotencyKey?.takesJobKey ? plan.idempotencyKey : undefined;
  const killTest = killTestText(plan);
  const csv = '"id,amount\\n1,9.90\\n"';
  return `
import { create${pascal}Client } from "@report-kit/${name}";
import { describe, expect, it } from "vitest";
import { toStream } from "../../src/download/index.ts";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import { ${camel}Reports } from "../../src/sources/${name}/${name}.ts";
import type { ${pascal}ReportRequest } from "../../src/sources/${name}/${name}.ts";
import { undecided } from "../../src/sources/${name}/undecided.ts";
import { createVirtualClock, killEverywhere } from "../../src/testing/index.ts";
import type { KillScenario, Simulation } from "../../src/testing/index.ts";

const startsAt = "${startOfTest(wantedOf(plan))}T12:00:00Z";
const wanted: ${pascal}ReportRequest = ${JSON.stringify(wantedOf(plan), null, 2)};
const file = ${csv};

type Send = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

function sourceThat(send: Send) {
  const client = create${pascal}Client({ ${options.join(", ")}, fetch: send });
  return ${camel}Reports(client, { account: "main" });
}

${killTest.server}
const unreachable: Send = () => Promise.reject(new TypeError("nothing may be sent"));
const now = Date.parse(startsAt);

describe("${camel}Reports", () => {
  it("names the source by its account", () => {
    expect(sourceThat(unreachable)).toMatchObject({ id: "${name}/main", provider: "${name}", account: "main" });
  });

  it("refuses another provider's client, an option that it does not know, and an account that can't be part of a path", () => {
    const client = create${pascal}Client({ ${options.join(", ")} });
    const refused = (options: unknown) => () => ${camel}Reports(client, options as never); // what JavaScript can pass
    expect(refused({ account: "main", linkHost: [] })).toThrow(/^options.linkHost: /);
    expect(refused({ account: "../main" })).toThrow(/^account: /);
    expect(() => ${camel}Reports({} as never, { account: "main" })).toThrow(/^client: /); // what JavaScript can pass
  });

  it("prepares a request in one way: what it prepared gives the same again", () => {
    const source = sourceThat(unreachable);
    const prepared = source.prepare(wanted, { now });
    expect(JSON.parse(JSON.stringify(prepared.request))).toEqual(prepared.request);
    expect(source.prepare(prepared.request as never, { now })).toEqual(prepared); // as a bookmark brings it back
    expect(() => source.prepare({ ...wanted, colour: "red" } as never, { now })).toThrow(/^request.colour: /); // no such field
  });

  it("fetches a report once: one create, and the file as the provider serves it", async () => {
    ${isRead ? "" : `const created: unknown = ${created};`}
    const ready: unknown = ${ready};
    const clock = createVirtualClock({ start: startsAt });
    const sent: string[] = [];
    ${key === undefined ? "" : "const keys: unknown[] = [];"}
    const serveFile = async (): Promise<Response> =>
      new Response(file, { headers: { "content-type": "text/csv", "content-length": String(file.length) } });
    const source = sourceThat(async (input, init) => {
      const asked = new Request(input, init);
      const { method, url } = asked;
      sent.push(\`\${method} \${new URL(url).pathname}\`);
      ${key === undefined ? "" : `if (method === "${request.method}") keys.push(${key.place === "header" ? `asked.headers.get(${JSON.stringify(key.name)})` : `(await asked.json() as Record<string, unknown>)[${JSON.stringify(key.name)}]`});`}
      ${isRead ? "" : `if (method === "${request.method}") return Response.json(created, { status: ${createdStatus(plan)} });`}
      return ${operations.file === undefined ? "Response.json(ready)" : `${pathPattern(operations.file)}.test(new URL(url).pathname) ? serveFile() : Response.json(ready)`};
    });
    const kit = createReportKit({ journal: memoryJournal(), platform: { ...clock.platform, fetch: serveFile } });
    const chunks: Uint8Array[] = [];
    const stream = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
    const job = kit.report(source, wanted);
    await clock.finish(job.download(toStream(stream)));
    expect(Buffer.concat(chunks).toString()).toBe(file);
    ${isRead ? "" : `expect(sent.filter((each) => each.startsWith("${request.method} "))).toHaveLength(1);`}
    ${key === undefined ? "" : "expect(keys).toEqual([job.key]);"}
  });

  ${killTest.test}
});
`;
}

/** A request as a user of the source writes it: without what the source adds. */
function wantedOf({ document, operations, idempotencyKey }: Plan): object {
  const added = idempotencyKey?.place === "body" ? idempotencyKey.name : undefined;
  return Object.fromEntries(entries(exampleRequest(document, operations.request)).filter(([name]) => name !== added));
}

/** Two days after the last day that a request names, so that it has ended everywhere. */
function startOfTest(wanted: object): string {
  const days = JSON.stringify(wanted).match(/\d{4}-\d{2}-\d{2}/g) ?? [];
  const last =
    days
      .filter((day) => !Number.isNaN(Date.parse(day)))
      .toSorted()
      .at(-1) ?? "2026-11-19";
  return new Date(Date.parse(last) + 2 * 86_400_000).toISOString().slice(0, 10);
}

/** The paths of an operation, as a regular expression in code. */
function pathPattern({ path }: ApiOperation): string {
  const parts = path.split(/\{[^{}]+\}/).map((part) => part.replaceAll(/[.+/]/g, "\\$&"));
  return `/^${parts.join("[^/]+")}$/`;
}

function createdStatus({ document, operations: { request } }: Plan): string {
  const responses = request.segments.reduce<unknown>(
    (here, segment) => (here as Readonly<Record<string, unknown>> | undefined)?.[segment], // an operation is below its path
    document,
  ) as { readonly responses?: object } | undefined;
  return Object.keys(responses?.responses ?? {}).find((status) => /^2\d\d$/.test(status)) ?? "200";
}
