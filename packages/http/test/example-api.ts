import { bearer, createProviderClient } from "../src/index.ts";
import type { ProviderClient, ProviderClientOptions } from "../src/index.ts";

/** An API of the generated shape, with what the four have between them: statuses that differ in type, files, empty answers, conditions. */
export interface ExamplePaths {
  readonly "/reports": {
    readonly parameters: NoParameters;
    readonly get: {
      readonly parameters: {
        readonly query?: { readonly status?: "ready" | "pending"; readonly pageSize?: number };
        readonly header?: never;
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody?: never;
      readonly responses: {
        readonly 200: Json<{ readonly data: readonly { readonly id: string }[] }>;
        readonly 400: Json<Failure>;
      };
    };
    readonly post: {
      readonly parameters: NoParameters;
      readonly requestBody: { readonly content: { readonly "application/json": ReportRequest } };
      readonly responses: {
        readonly 200: Json<{ readonly id: string; readonly link: string }>;
        readonly 202: Json<{ readonly id: string; readonly queue: number }>;
        readonly 203: { readonly headers: object; readonly content?: never };
        readonly 400: Json<Failure>;
        readonly default: Json<{ readonly fault: string }>;
      };
    };
    readonly put?: never;
  };
  readonly "/reports/{id}": {
    readonly parameters: NoParameters;
    readonly get: {
      readonly parameters: {
        readonly query?: never;
        readonly header?: never;
        readonly path: { readonly id: string };
        readonly cookie?: never;
      };
      readonly requestBody?: never;
      readonly responses: { readonly 200: Json<{ readonly id: string }>; readonly 404: Json<Failure> };
    };
    readonly post?: never;
  };
  readonly "/reports/{id}/content": {
    readonly parameters: NoParameters;
    readonly get: {
      readonly parameters: {
        readonly query?: never;
        readonly header?: never;
        readonly path: { readonly id: string };
        readonly cookie?: never;
      };
      readonly requestBody?: never;
      readonly responses: {
        readonly 200: { readonly headers: object; readonly content: { readonly "text/csv": unknown } };
        readonly 409: Json<Failure>;
      };
    };
  };
  readonly "/lookup": {
    readonly parameters: NoParameters;
    readonly post: {
      readonly parameters: NoParameters;
      readonly requestBody: { readonly content: { readonly "application/json": { readonly day: string } } };
      readonly responses: { readonly 200: Json<{ readonly link: string }> };
    };
  };
}

interface NoParameters {
  readonly query?: never;
  readonly header?: never;
  readonly path?: never;
  readonly cookie?: never;
}

interface Json<Content> {
  readonly headers: object;
  readonly content: { readonly "application/json": Content };
}

export interface Failure {
  readonly code: number;
  readonly message: string;
}

export type ReportRequest =
  | { readonly type: "day"; readonly date: string }
  | { readonly type: "statement"; readonly date: string; readonly account: string };

const operations = {
  "GET /reports": { operationId: "listReports", repeatable: true },
  "GET /reports/{id}": { operationId: "getReport", repeatable: true },
  "GET /reports/{id}/content": { operationId: "getReportContent", repeatable: true },
  "POST /lookup": { operationId: "lookUp", repeatable: true },
  "POST /reports": { operationId: "createReport", repeatable: false },
} as const;

export const secret = "sk_live_Zm9vYmFyYmF6";

/** A client of the example API whose waits take no time; `waits` lists them. */
export function exampleClient(
  options: Partial<ProviderClientOptions> = {},
): ProviderClient<ExamplePaths> & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  const client = createProviderClient<ExamplePaths>({
    provider: "example",
    baseUrl: "https://api.example.com/v1",
    credentials: bearer(secret, "apiKey"),
    operations,
    bodiless: [203],
    sleep: async (ms) => {
      waits.push(ms);
    },
    random: () => 0.5,
    ...options,
  });
  return Object.assign(client, { waits });
}

/** What a fake `fetch` answers: a Response, or an error to throw. */
type Answer = Response | Error | ((request: Request) => Response | Promise<Response>);

/** A `fetch` that gives its answers in turn (the last one for ever), and keeps the requests. */
export function fakeFetch(...answers: readonly Answer[]): typeof globalThis.fetch & { readonly requests: Request[] } {
  const requests: Request[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    requests.push(request.clone());
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer.clone();
    return (await answer?.(request)) ?? Response.json({});
  };
  return Object.assign(fetch, { requests });
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

/** An error as Node's fetch throws it. */
export function networkError(code: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code}`), { code }) });
}
