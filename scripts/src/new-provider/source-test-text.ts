import { signInOptions } from "./client-text.ts";
import { exampleBody, printedAnswer } from "./example-value.ts";
import { shownOperation, undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";

/** The test of a source: a report is fetched once from scripted answers. */
export function sourceTestText(plan: Plan): string {
  const { name, pascal, camel, document, operations, signIn } = plan;
  const { request, look, list, file } = operations;
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
  const example = exampleBody(document, request);
  const served = [request, look ?? list].flatMap((each) => (each === undefined ? [] : [`${each.method} ${each.path}`]));
  const isRead = request.method === "GET";
  const csv = '"id,amount\\n1,9.90\\n"';
  return `
import { create${pascal}Client } from "@report-kit/${name}";
import type { ReportRequest } from "@report-kit/${name}";
import { describe, expect, it } from "vitest";
import { toStream } from "../../src/download/index.ts";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import { ${camel}Reports } from "../../src/sources/${name}/${name}.ts";
import { undecided } from "../../src/sources/${name}/undecided.ts";
import { createVirtualClock, killEverywhere } from "../../src/testing/index.ts";
import type { KillScenario } from "../../src/testing/index.ts";

const startsAt = "${startOfTest(example)}T12:00:00Z";
const wanted: ReportRequest = ${JSON.stringify(example, null, 2)};
const file = ${csv};

type Send = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

function sourceThat(send: Send) {
  const client = create${pascal}Client({ ${options.join(", ")}, fetch: send });
  return ${camel}Reports(client, { account: "main" });
}

/** A request, as a server sees it. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

function sentOf(input: RequestInfo | URL, init?: RequestInit): Sent {
  const { method, url, headers } = new Request(input, init);
  const { pathname: path, searchParams: query } = new URL(url);
  // The client sends bytes, of JSON.
  const text = init?.body instanceof ArrayBuffer ? new TextDecoder().decode(init.body) : "{}";
  return { method, path, query, headers, body: JSON.parse(text) as Sent["body"] };
}

/** A small server of the API for the kill test: the ids of what it made, and its answer to a request at an instant (epoch milliseconds). */
function createServer(): { made: () => readonly string[]; answer: (sent: Sent, now: number) => Response } {
  return ${undecided(`the server of the kill test: const made = [], and an answer for ${served.join(", ")}; acmeServer in docs/jobs/own-source.md is a whole one`)};
}

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
    const serveFile = async (): Promise<Response> =>
      new Response(file, { headers: { "content-type": "text/csv", "content-length": String(file.length) } });
    const source = sourceThat(async (input, init) => {
      const { method, url } = new Request(input, init);
      sent.push(\`\${method} \${new URL(url).pathname}\`);
      ${isRead ? "" : `if (method === "${request.method}") return Response.json(created, { status: ${createdStatus(plan)} });`}
      return ${file === undefined ? "Response.json(ready)" : `${pathPattern(file.path)}.test(new URL(url).pathname) ? serveFile() : Response.json(ready)`};
    });
    const kit = createReportKit({ journal: memoryJournal(), platform: { ...clock.platform, fetch: serveFile } });
    const chunks: Uint8Array[] = [];
    const stream = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
    await clock.finish(kit.report(source, wanted).download(toStream(stream)));
    expect(Buffer.concat(chunks).toString()).toBe(file);
    ${isRead ? "" : `expect(sent.filter((each) => each.startsWith("${request.method} "))).toHaveLength(1);`}
  });

  it("has a report made once, wherever a worker is killed", async () => {
    const scenario: KillScenario = {
      name: "${pascal}",
      turnsOfTheLoop: 4, // to read an answer takes some
      world(simulation) {
        const { made, answer } = createServer();
        return {
          made,
          work({ journal, platform, request }) {
            const source = sourceThat((input, init) => {
              const sent = sentOf(input, init);
              return request(${isRead ? '"look"' : `sent.method === "${request.method}" ? "create" : "look"`}, () => answer(sent, simulation.now()));
            });
            return createReportKit({ journal, platform }).report(source, wanted).outcome();
          },
        };
      },
    };
    expect(await killEverywhere(scenario, { kills: 60, pairs: 0 })).toMatchObject({ duplicates: [], lost: [], stuck: [] });
  });
});
`;
}

function createdStatus({ document, operations: { request } }: Plan): string {
  const responses = request.segments.reduce<unknown>(
    (here, segment) => (here as Readonly<Record<string, unknown>> | undefined)?.[segment], // an operation is below its path
    document,
  ) as { readonly responses?: object } | undefined;
  return Object.keys(responses?.responses ?? {}).find((status) => /^2\d\d$/.test(status)) ?? "200";
}

/** Two days after the last day that a request names, so that it has ended everywhere. */
function startOfTest(example: unknown): string {
  const days = JSON.stringify(example ?? {}).match(/\d{4}-\d{2}-\d{2}/g) ?? [];
  const last =
    days
      .filter((day) => !Number.isNaN(Date.parse(day)))
      .toSorted()
      .at(-1) ?? "2026-11-19";
  return new Date(Date.parse(last) + 2 * 86_400_000).toISOString().slice(0, 10);
}

/** `/^\/reports\/[^/]+\/file$/`, as code. */
function pathPattern(path: string): string {
  const parts = path.split(/\{[^/{}]+\}/).map((part) => part.replaceAll(/[/.+]/g, String.raw`\$&`));
  return `/^${parts.join("[^/]+")}$/`;
}
