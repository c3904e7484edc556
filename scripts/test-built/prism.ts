import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { repository } from "../test/altered-copy.ts";
import { inMatrix } from "./matrix.ts";

type Schema = Readonly<Record<string, unknown>>;

/** One request, as a client is asked for it. */
export interface SpecCall {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly params: { readonly path: Schema; readonly query: Schema; readonly header: Schema };
  readonly body: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: unknown;
}

/** The spec that the sandbox has, too: with our corrections. */
function specFile(provider: string): string {
  return join(repository, "packages/sandbox/dist/specs", `${provider}.json`);
}

/** A call of every operation, with each example of its body. */
export function callsOf(provider: string): readonly SpecCall[] {
  const document = JSON.parse(readFileSync(specFile(provider), "utf8"));
  const found = (value: unknown): unknown => {
    const { $ref } = (value ?? {}) as { readonly $ref?: string }; // of a JSON document
    if ($ref === undefined) return value;
    const steps = $ref.slice(2).split("/");
    return found(steps.reduce((inner, step) => inner[step.replaceAll("~1", "/").replaceAll("~0", "~")], document));
  };
  const calls: SpecCall[] = [];
  for (const [path, item] of Object.entries<Schema>(document.paths))
    for (const method of ["get", "post", "put", "patch", "delete"]) {
      if (item[method] === undefined) continue;
      const operation = item[method] as Operation; // the specs are linted
      const { operationId, parameters = [], requestBody } = operation;
      const params = { path: {}, query: {}, header: {} };
      const common = (item["parameters"] ?? []) as readonly unknown[]; // the same
      for (const each of [...common, ...parameters]) {
        const parameter = found(each) as Parameter; // the same
        if (parameter.in === "cookie" || parameter.required !== true) continue;
        Object.assign(params[parameter.in], { [parameter.name]: parameter.example ?? sample(parameter.schema, found) });
      }
      for (const body of bodiesOf(requestBody, found))
        calls.push({ operationId, method: method.toUpperCase(), path, params, body });
    }
  return calls;
}

type Find = (value: unknown) => unknown;

interface Content {
  readonly example?: unknown;
  readonly examples?: Schema;
  readonly schema?: unknown;
}

function bodiesOf(requestBody: unknown, found: Find): readonly unknown[] {
  const { content } = (found(requestBody) ?? {}) as { readonly content?: Readonly<Record<string, Content>> }; // linted
  const json = content?.["application/json"];
  if (json === undefined) return [undefined];
  if (json.examples !== undefined)
    return Object.values(json.examples).map((example) => (found(example) as { readonly value: unknown }).value); // linted
  return [json.example ?? sample(json.schema, found)];
}

/** A value that a schema takes. */
function sample(given: unknown, found: Find): unknown {
  const schema = (found(given) ?? {}) as Schema; // linted
  const { example, type, format, properties } = schema;
  const list = (name: string): readonly unknown[] => (Array.isArray(schema[name]) ? schema[name] : []);
  const named = [example, list("examples")[0], schema["default"], list("enum")[0], list("x-extensible-enum")[0]];
  const first = named.find((value) => value !== undefined);
  if (first !== undefined) return first;
  if (schema["oneOf"] !== undefined) return sample(list("oneOf")[0], found);
  if (format === "uuid") return "c2d1d1e3-3340-4170-980e-e9269bbbc551";
  if (format === "date") return "2026-11-19";
  if (format === "date-time") return "2026-11-19T00:00:00Z";
  if (type === "integer" || type === "number") return schema["minimum"] ?? 1;
  if (type === "boolean") return true;
  if (type === "array") return [sample(schema["items"], found)];
  if (properties === undefined) return "x";
  const members = properties as Schema; // linted
  return Object.fromEntries(list("required").map((name) => [name, sample(members[String(name)], found)]));
}

/** Prism serves the spec on this machine, and refuses a request that the spec does not allow. */
export async function startPrism(provider: string): Promise<{ readonly baseUrl: string; close(): Promise<void> }> {
  const port = await freePort();
  const bin = inMatrix("@stoplight/prism-cli/dist/index.js");
  const child = spawn(process.execPath, [bin, "mock", "--errors", "--port", String(port), specFile(provider)]);
  const close = async (): Promise<void> => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  let written = "";
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      written += chunk.toString();
      if (written.includes("Prism is listening")) resolve();
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.once("exit", (code) => reject(new Error(`Prism ended with ${code}:\n${written}`)));
  });
  return { baseUrl: `http://127.0.0.1:${port}`, close };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port
  server.close();
  await once(server, "close");
  return port;
}
