import { signInOptions } from "./client-text.ts";
import { exampleRequest } from "./example-value.ts";
import { exampleParams, exampleValue } from "./parameter-text.ts";
import { objectAt, requiredParameters } from "./parameters.ts";
import type { Plan } from "./plan.ts";

/** package.json of the client, in the shape that its siblings have. */
export function manifestText(
  sibling: Readonly<Record<string, unknown>>,
  siblingName: string,
  { name, title }: Plan,
): string {
  const { openapi: _, ...fields } = sibling;
  const own = {
    ...fields,
    version: "0.0.0",
    description: `Typed client for the API "${title}"`,
    keywords: [name, "openapi", "reports"],
  };
  return `${JSON.stringify(own, null, 2)
    .replaceAll(`@report-kit/${siblingName}"`, `@report-kit/${name}"`)
    .replaceAll(`packages/${siblingName}"`, `packages/${name}"`)}\n`;
}

/** The options of a client that a test or a page makes, as code. */
function clientOptions(plan: Plan, value: (option: string) => string, address: string): string {
  const options = signInOptions(plan.signIn).map((option) => `${option.name}: ${value(option.name)}`);
  return [...options, `baseUrl: ${address}`].join(", ");
}

/** The call that asks for a report, as code. */
function requestCall(plan: Plan): string {
  const { request } = plan.operations;
  const body = plan.requestIn === "body" ? "body" : "";
  return `client.${request.method}(${JSON.stringify(request.path)}, { ${exampleParams(plan, request)} ${body} })`;
}

/** The request's path as that call fills it in. */
function filledPath(plan: Plan): string {
  const { request } = plan.operations;
  const inPath = requiredParameters(plan.document, request, true).filter(({ place }) => place === "path");
  return inPath.reduce(
    (path, each) => path.replace(`{${each.name}}`, () => encodeURIComponent(String(exampleValue(plan, request, each)))),
    request.path,
  );
}

export function readmeText(plan: Plan): string {
  const { name, pascal, title, constant, signIn } = plan;
  const variables = (option: string): string =>
    `process.env["${constant}_${option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}"] ?? ""`;
  const rows = signInOptions(signIn).map(
    (option) =>
      `| \`${option.name}\` | required | ${option.about.replace(/\.$/, "")}${option.type === "Secret" ? "; or a function that gets it" : ""} |`,
  );
  const fixed = plan.addresses.length === 1 ? `\`${plan.addresses[0]}\`` : "required";
  return `# @report-kit/${name}

The API "${title}", typed. Generated from [the spec](https://github.com/report-kit/report-kit/tree/main/specs/${name}); not affiliated with the provider.

\`\`\`sh
npm install @report-kit/${name}
\`\`\`

Ask for a report:

\`\`\`ts
import { create${pascal}Client, orThrow } from "@report-kit/${name}";

const client = create${pascal}Client({ ${clientOptions(plan, variables, variables("baseUrl"))} });
${plan.requestIn === "nowhere" ? "" : `const body = ${JSON.stringify(exampleRequest(plan.document, plan.operations.request))} as const;\n`}const { status, data } = orThrow(await ${requestCall(plan)});
console.log(status, data);
\`\`\`

It sends single requests. To wait for a report, have it made once and download it verified, use [\`report-kit\`](https://github.com/report-kit/report-kit/tree/main/packages/report-kit) on top.

## Options of \`create${pascal}Client\`

| option | default | what it is |
| --- | --- | --- |
${[...rows, `| \`baseUrl\` | ${fixed} | the address of the API |`].join("\n")}
| \`fetch\` | \`globalThis.fetch\`, looked up at each request | called as \`fetch(url, init)\` |
| \`timeoutMs\` | 30,000 | for each attempt, until its answer has been read (a stream: until its headers came) |
| \`retry\` | \`{ retries: 2, maxWaitMs: 60_000 }\` | \`false\`, or other numbers; only for operations that are safe to repeat |
| \`maxBodyBytes\` | 16 MiB | a longer answer is refused, counted after decoding; a stream is not bounded |
| \`now\`, \`sleep\`, \`random\` | the platform's | for tests with a virtual clock |

Calls, answers and errors are as in every client of report-kit: [what they have in common](https://github.com/report-kit/report-kit/tree/main/packages/http).
`;
}

export const surfaceText = "DECIDE: run `pnpm surface`, which writes this file.\n";

export const packageTsconfig = `{
  "extends": "../../tsconfig.base.json",
  "compilerOptions": { "rootDir": "src", "outDir": "dist" },
  "include": ["src"]
}
`;

/** Whether the client repeats the request by itself, as src/operations.gen.ts has it. */
function isRepeatable({ document, operations: { request } }: Plan): boolean {
  const declared = objectAt(document, request.segments)["x-repeatable"];
  return typeof declared === "boolean" ? declared : !["POST", "PATCH"].includes(request.method);
}

/** The test of the client: what the spec alone can hold. */
export function clientTestText(plan: Plan): string {
  const { name, pascal, operations, signIn } = plan;
  const { request } = operations;
  const options = signInOptions(signIn);
  const header: Readonly<Record<string, string>> = {
    bearer: 'expect(request?.headers.get("authorization")).toBe("Bearer secret-token");',
    basic: 'expect(request?.headers.get("authorization")).toBe(`Basic ${btoa("secret-user:secret-password")}`);',
    header: `expect(request?.headers.get(${JSON.stringify(signIn.kind === "header" ? signIn.header : "")})).toBe("secret-apiKey");`,
  };
  const secret = options.find(({ type }) => type === "Secret");
  const unusable =
    secret === undefined
      ? ""
      : `expect(() => create${pascal}Client({ ...options, ${secret.name}: "two\\nlines" })).toThrow(/^${secret.name}: /);`;
  return `
import { describe, expect, it } from "vitest";
import { create${pascal}Client, orThrow } from "../src/index.ts";
${plan.requestIn === "nowhere" ? "" : 'import type { ReportRequest } from "../src/index.ts";'}

const options = { ${clientOptions(plan, (option) => `"secret-${option}"`, '"https://api.example.com/base/"')} };
${plan.requestIn === "nowhere" ? "" : `const body: ReportRequest = ${JSON.stringify(exampleRequest(plan.document, request), null, 2)};`}

describe("create${pascal}Client", () => {
  it("sends a request to the address it was given, with the credentials", async () => {
    const requests: Request[] = [];
    const client = create${pascal}Client({
      ...options,
      fetch: async (input, init) => {
        requests.push(new Request(input, init));
        return Response.json({ answered: true });
      },
    });
    const { data } = orThrow(await ${requestCall(plan)});
    expect(data).toEqual({ answered: true });
    const [request] = requests;
    expect(request?.method).toBe("${request.method}");
    expect(request?.url.split("?")[0]).toBe(${JSON.stringify(`https://api.example.com/base${filledPath(plan)}`)});
    ${header[signIn.kind] ?? ""}
    ${plan.requestIn === "body" ? "expect(await request?.json()).toEqual(body);" : ""}
    expect([client.provider, client.origin]).toEqual(["${name}", "https://api.example.com"]);
  });

  it("refuses an option that can't be used, by name", () => {
    expect(() => create${pascal}Client({ ...options, baseUrl: "http://api.example.com" })).toThrow(/^baseUrl: /);
    expect(() => create${pascal}Client({ ...options, timeoutMS: 1 } as never)).toThrow(/^timeoutMS: .*did you mean timeoutMs/); // no such option
    ${unusable}
  });
${
  isRepeatable(plan)
    ? ""
    : `
  it("sends a request for a report once, whatever becomes of it: another could make another report", async () => {
    let requests = 0;
    const client = create${pascal}Client({
      ...options,
      fetch: async () => {
        requests += 1;
        throw new TypeError("fetch failed");
      },
    });
    await expect(${requestCall(plan)}).rejects.toMatchObject({ name: "TransportError" });
    expect(requests).toBe(1);
  });
`
}});
`;
}
