import { bearer, createProviderClient } from "../src/index.ts";
import type { ProviderClient, ProviderClientOptions } from "../src/index.ts";

/** An API of the generated shape, with what the four have between them: statuses that differ in type, files, empty answers, conditions. */
export interface ExamplePaths {
  "/reports": {
    parameters: NoParameters;
    get: {
      parameters: {
        query?: { status?: "ready" | "pending"; pageSize?: number };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        200: Json<{ data: { id: string }[] }>;
        400: Json<Failure>;
      };
    };
    post: {
      parameters: NoParameters;
      requestBody: { content: { "application/json": ReportRequest } };
      responses: {
        200: Json<{ id: string; link: string }>;
        202: Json<{ id: string; queue: number }>;
        203: { headers: object; content?: never };
        400: Json<Failure>;
        default: Json<{ fault: string }>;
      };
    };
    put?: never;
  };
  "/reports/{id}": {
    parameters: NoParameters;
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: { id: string };
        cookie?: never;
      };
      requestBody?: never;
      responses: { 200: Json<{ id: string }>; 404: Json<Failure> };
    };
    post?: never;
  };
  "/reports/{id}/content": {
    parameters: NoParameters;
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: { id: string };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        200: { headers: object; content: { "text/csv": unknown } };
        409: Json<Failure>;
      };
    };
  };
  "/lookup": {
    parameters: NoParameters;
    post: {
      parameters: NoParameters;
      requestBody: { content: { "application/json": { day: string } } };
      responses: { 200: Json<{ link: string }> };
    };
  };
}

interface NoParameters {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}

interface Json<Content> {
  headers: object;
  content: { "application/json": Content };
}

export interface Failure {
  code: number;
  message: string;
}

export type ReportRequest = { type: "day"; date: string } | { type: "statement"; date: string; account: string };

const operations = {
  "GET /reports": { operationId: "listReports", repeatable: true, query: ["status", "pageSize"] },
  "GET /reports/{id}": { operationId: "getReport", repeatable: true },
  "GET /reports/{id}/content": { operationId: "getReportContent", repeatable: true },
  "POST /lookup": { operationId: "lookUp", repeatable: true, body: ["day", "token"] },
  "POST /reports": { operationId: "createReport", repeatable: false, query: [] },
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
export type Answer = Response | Error | ((request: Request) => Response | Promise<Response>);

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
