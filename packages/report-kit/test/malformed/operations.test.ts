import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { orThrow, ReportKitError } from "@report-kit/http";
import type { OperationFacts, ParseAs, ProviderClient } from "@report-kit/http";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations as begateway } from "../../../begateway/src/operations.gen.ts";
import { operations as circle } from "../../../circle/src/operations.gen.ts";
import { operations as mercadopago } from "../../../mercadopago/src/operations.gen.ts";
import { operations as monato } from "../../../monato/src/operations.gen.ts";
import { bodyLike, runs, seed, soak, stalls, wellFormed, wireAnswers } from "./answers.ts";
import type { WireAnswer } from "./answers.ts";
import { startWireServer } from "./server.ts";
import type { WireRequest, WireServer } from "./server.ts";

const secrets = {
  circle: "LIVE_API_KEY:9d3e8b41a7c60d9e:5f0c8a52e8f7a6b5c1d2",
  begateway: "b8647b68898b084b836474ed8d61ffe117c9a01168d867f2",
  mercadopago: "APP_USR-7612480991353187-112116-4ae9c18bd4b6f0a1c3",
  apiKey: "mk_live_Zx81kQp0wVn5sRt7uYc3bLd9fHj2gMa6",
  clientSecret: "cs_Q8w2e4r6t1y3u5i7o9p0a2s4d6f8g1h3",
  token: "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk",
};
const basicPair = btoa(`psp:${secrets.begateway}`);
const clientId = "c2d1d1e3-3340-4170-980e-e9269bbbc551";

/** Waits of the client take no time; what never comes is given up soon. */
const impatient = { sleep: async () => undefined, random: () => 0, timeoutMs: 100 };
/** Less than the watchdog's time: Node's fetch never settles after some answers of 421, and then the time-out has to end it. */
const patient = { ...impatient, timeoutMs: 3_000 };

type Options = typeof patient & { readonly baseUrl: string };

/** A client whose operations are those of a table, not of types. */
type Client = Pick<ProviderClient<object>, "provider">;

interface Provider {
  readonly operations: Readonly<Record<string, OperationFacts>>;
  readonly client: (options: Options) => Client;
}

const providers: Readonly<Record<string, Provider>> = {
  circle: {
    operations: circle,
    client: (options) => createCircleClient({ ...options, apiKey: secrets.circle }),
  },
  begateway: {
    operations: begateway,
    client: (options) => createBegatewayClient({ ...options, pspId: "psp", secretKey: secrets.begateway }),
  },
  monato: {
    operations: monato,
    client: (options) => createMonatoClient({ ...options, clientId, apiKey: secrets.apiKey }),
  },
  mercadopago: {
    operations: mercadopago,
    client: (options) => createMercadopagoClient({ ...options, accessToken: secrets.mercadopago }),
  },
};

interface Operation {
  readonly provider: string;
  readonly operationId: string;
  readonly repeatable: boolean;
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** Its answers in the description, of all statuses. */
  readonly examples: readonly unknown[];
  /** The names in its body; undefined where it takes none. */
  readonly body: readonly string[] | undefined;
  readonly file: boolean;
}

type Description = Readonly<Record<string, unknown>>;

/** The operations of a provider, as its client knows them, with the examples of its description. */
function operationsOf(provider: string, { operations }: Provider): readonly Operation[] {
  // As the build of the sandbox embeds it.
  const file = new URL(`../../../sandbox/dist/specs/${provider}.json`, import.meta.url);
  const description: unknown = JSON.parse(readFileSync(file, "utf8"));
  const member = (value: unknown, name: string): unknown => {
    const found = (value as Description | undefined)?.[name]; // a description is JSON: what is no object has no members
    const { $ref } = { ...(found as { readonly $ref?: string } | undefined) }; // as above
    const parts = $ref
      ?.slice(2)
      .split("/")
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    return parts === undefined ? found : parts.reduce(member, description);
  };
  const membersOf = (value: unknown): readonly unknown[] => Object.keys(value ?? {}).map((name) => member(value, name));
  return Object.entries(operations).map(([name, { operationId, repeatable, body, file = false }]) => {
    const [method = "", path = ""] = name.split(" ");
    const described = member(member(member(description, "paths"), path), method.toLowerCase());
    const examples = membersOf(member(described, "responses"))
      .flatMap((response) => membersOf(member(response, "content")))
      .flatMap((content) => [
        member(content, "example"),
        ...membersOf(member(content, "examples")).map((example) => member(example, "value")),
      ])
      .filter((example) => example !== undefined);
    return {
      provider,
      operationId,
      repeatable,
      method: method as Operation["method"], // the client has no others
      path,
      examples,
      body,
      file,
    };
  });
}

const operations = Object.entries(providers).flatMap(([name, provider]) => operationsOf(name, provider));

/** One call, what it is answered, and how it is read. Nothing stands for what the provider answers when all is well. */
interface Case {
  readonly parseAs: ParseAs;
  readonly answers: readonly (WireAnswer | undefined)[];
}

const isSlow = (answer: WireAnswer | undefined): boolean => answer !== undefined && stalls(answer);
const parseAs = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ParseAs>("json") },
  fc.constantFrom<ParseAs>("text", "blob", "arrayBuffer", "stream"),
);
const casesOf = (answer: fc.Arbitrary<WireAnswer | undefined>): fc.Arbitrary<Case> =>
  fc.record({ parseAs, answers: fc.array(answer, { minLength: 1, maxLength: 3 }) });

async function call(operation: Operation, baseUrl: string, { parseAs, answers }: Case): Promise<unknown> {
  const path: Record<string, string> = {};
  for (const [, name = ""] of operation.path.matchAll(/\{(\w+)\}/g))
    path[name] = name === "client_id" ? clientId : "r1";
  const client = providers[operation.provider]?.client({ ...(answers.some(isSlow) ? impatient : patient), baseUrl });
  // The table of operations stands in for their types.
  const { [operation.method]: method } = client as unknown as Record<Operation["method"], Method>;
  const body = operation.body?.map((name) => [name, name === "client_secret" ? secrets.clientSecret : clientId]);
  const options = { params: { path }, parseAs: operation.file && parseAs === "json" ? "text" : parseAs };
  const { data } = orThrow<Anything, object, "application/json">(
    await method(operation.path, { ...options, body: body && Object.fromEntries(body) }),
  );
  if (data instanceof ReadableStream) await data.cancel();
  return data;
}
interface Anything {
  readonly responses: { readonly 200: { readonly content: { readonly "application/json": unknown } } };
}
type Method = (
  path: string,
  options: object,
) => Promise<Parameters<typeof orThrow<Anything, object, "application/json">>[0]>;

/** What must not be true of a call, whatever it was answered. */
interface Verdict {
  readonly faults: readonly string[];
  readonly end: "success" | "typed error" | "neither";
  readonly requests: number;
}

/**
 * Does a call end, well or in an error of ours, in so many requests, and does it keep its credentials where they belong?
 * @param patienceMs after which a call is said to hang: a watchdog, which a call that ends takes away.
 */
async function judge(
  called: Promise<unknown>,
  {
    seen,
    origin,
    most,
    patienceMs = 10_000,
  }: {
    readonly seen: readonly WireRequest[];
    readonly origin: string;
    readonly most: number;
    readonly patienceMs?: number;
  },
): Promise<Verdict> {
  const faults: string[] = [];
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<"hangs">((resolve) => {
    watchdog = setTimeout(resolve, patienceMs, "hangs");
  });
  let end: Verdict["end"] = "neither";
  try {
    if ((await Promise.race([called, hangs])) === "hangs") faults.push(`hangs after ${seen.length} requests`);
    else end = "success";
  } catch (error) {
    if (ReportKitError.isInstance(error)) end = "typed error";
    else faults.push(`throws ${inspect(error)}`);
    const shown = `${inspect(error, everything)} ${JSON.stringify(error)} ${String(error)}`;
    for (const [name, secret] of Object.entries({ ...secrets, basicPair }))
      if (shown.includes(secret)) faults.push(`shows ${name}: ${shown.slice(0, 2_000)}`);
  } finally {
    clearTimeout(watchdog);
  }
  if (seen.length > most) faults.push(`sends ${seen.length} requests, of ${most} at most`);
  for (const { host, carried } of seen)
    if (`http://${host}` !== origin && carried.length > 0) faults.push(`sends its credentials to ${host}`);
  return { faults, end, requests: seen.length };
}
const everything = { depth: 12, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity } as const;

const tally = { cases: 0, success: 0, "typed error": 0, neither: 0, requests: 0, mostRequests: 0, ofThePlatform: 0 };
const uncaught: unknown[] = [];
function note(error: unknown): void {
  if (isOfThePlatform(error)) tally.ofThePlatform += 1;
  else uncaught.push(error);
}
/**
 * Node's fetch before undici 8 throws into the event loop when a connection ends while a body waits to be read, however
 * short a time (nodejs/undici#5360). Downloads keep clear of it; the few instants of a call can't be closed from outside.
 */
function isOfThePlatform(error: unknown): boolean {
  return (
    error instanceof Error && /assert\(!this\.paused\)\s+at Parser\.finish \(node:internal/.test(error.stack ?? "")
  );
}
/** What would fail the run for an error that `note` hears of. */
const listeners = process.listeners("uncaughtException");
const servers: WireServer[] = [];
let elsewhere: WireServer;

beforeAll(async () => {
  process.on("unhandledRejection", note).removeAllListeners("uncaughtException").on("uncaughtException", note);
  elsewhere = await startWireServer();
  await elsewhere.renew(() => wellFormed({}));
  servers.push(...(await Promise.all(Array.from({ length: 32 }, () => startWireServer(elsewhere.origin)))));
});
afterAll(async () => {
  await Promise.all([...servers, elsewhere].map((server) => server.close()));
  process.off("unhandledRejection", note).off("uncaughtException", note);
  for (const listener of listeners) process.on("uncaughtException", listener);
  if (soak) process.stdout.write(`malformed answers, seed ${seed}: ${JSON.stringify(tally)}\n`);
});

/** Run cases side by side, each against a server of its own. @returns the faults, with what brought them about. */
async function faultsOf(
  cases: readonly Case[],
  run: (each: Case, server: WireServer) => Promise<Verdict>,
): Promise<readonly string[]> {
  const found: string[] = [];
  // Those that end by a time-out begin first, beside the others.
  const waiting = cases.toSorted((one, other) => Number(other.answers.some(isSlow)) - Number(one.answers.some(isSlow)));
  await Promise.all(
    servers.map(async (server) => {
      for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
        const { faults, end, requests } = await run(each, server);
        tally.cases += 1;
        tally[end] += 1;
        tally.requests += requests;
        tally.mostRequests = Math.max(tally.mostRequests, requests);
        if (faults.length > 0) found.push(`${faults.join("; ")}\nas ${JSON.stringify(each)}`);
      }
    }),
  );
  return found;
}

const chunk = 500;

/** What came of fuzzing an operation. */
interface Findings {
  readonly faults: readonly string[];
  /** Both, or nothing was tried. */
  readonly ends: readonly string[];
  readonly strayed: readonly WireRequest[];
  readonly uncaught: readonly unknown[];
}
const allWell: Findings = { faults: [], ends: ["success", "typed error"], strayed: [], uncaught: [] };

async function fuzz(
  cases: fc.Arbitrary<Case>,
  firstSeed: number,
  run: (each: Case, server: WireServer) => Promise<Verdict>,
  times = runs,
): Promise<Findings> {
  const before = { ...tally };
  const faults: string[] = [];
  for (let done = 0; done < times && faults.length === 0; done += chunk) {
    const sample = { seed: firstSeed + done / chunk, numRuns: Math.min(chunk, times - done) };
    faults.push(...(await faultsOf(fc.sample(cases, sample), run)));
  }
  return {
    faults,
    ends: (["success", "typed error"] as const).filter((end) => tally[end] > before[end]),
    strayed: elsewhere.seen.filter(({ carried }) => carried.length > 0),
    uncaught: uncaught.splice(0),
  };
}

/** The exchange is one, whatever operation needs its token. */
const exchanges = soak ? runs : Math.ceil(runs / 3);
const timeout = soak ? 1_800_000 : 120_000;
const attempts = 3;
/** The platform repeats once, by itself, what was answered 421 (Fetch, "HTTP-network-or-cache fetch") or met a closed connection. */
const byPlatform = 2;
const hops = ({ method }: Pick<Operation, "method">): number => (method === "GET" ? 6 : 1);
const listCredentials = `/v1/clients/${clientId}/credentials`;
const createToken = `/v1/clients/${clientId}/auth/credential-tokens`;
/** Requests of one exchange: each of its two calls in all its attempts. */
const exchangeAtMost = attempts * (6 + 1);

/** What Monato answers when all is well. */
function asItShould({ path }: WireRequest): WireAnswer {
  if (path === listCredentials) return wellFormed({ data: [{ client_id: "id", client_secret: secrets.clientSecret }] });
  if (path === createToken) return wellFormed({ token: secrets.token });
  return wellFormed({ data: [] });
}
const isOfExchange = ({ path }: WireRequest): boolean => path === listCredentials || path === createToken;

const needsToken = ({ provider, operationId }: Operation): boolean =>
  provider === "monato" && operationId !== "listCredentials" && operationId !== "createToken";

describe("malformed answers", () => {
  it("are given to every operation of every provider", () => {
    const packages = new URL("../../../", import.meta.url);
    const described = readdirSync(packages, { recursive: true, encoding: "utf8" }).filter((file) =>
      /^[^/]+\/src\/operations\.gen\.ts$/.test(file),
    );
    expect(
      Object.keys(providers)
        .map((name) => `${name}/src/operations.gen.ts`)
        .toSorted(),
    ).toEqual(described.toSorted());
    expect(operations.filter(({ examples }) => examples.length < 2)).toEqual([]);
  });

  it.each(
    operations.map((operation, index) => [`${operation.provider} ${operation.operationId}`, operation, index] as const),
  )(
    "to %s end in a success or a typed error, in few requests, and no credential is seen",
    { timeout },
    async (_, operation, index) => {
      const most = (operation.repeatable ? attempts : 1) * hops(operation);
      const withExchange = needsToken(operation) ? most + hops(operation) + 4 : most;
      const found = await fuzz(
        casesOf(wireAnswers(bodyLike(operation.examples))),
        seed + 7_919 * index,
        async (each, server) => {
          let place = 0;
          await server.renew((request) => {
            const spared = needsToken(operation) && isOfExchange(request);
            return (spared ? undefined : nth(each.answers, place++)) ?? asItShould(request);
          });
          return judge(call(operation, server.origin, each), { ...server, most: byPlatform * withExchange });
        },
      );
      expect(found).toEqual(allWell);
    },
  );

  it.each(operations.filter(needsToken).map((operation, index) => [operation.operationId, operation, index] as const))(
    "of Monato's exchange of tokens, on the way to %s, end in the same",
    { timeout },
    async (_, operation, index) => {
      const examples = operations
        .filter((each) => each.provider === "monato" && !needsToken(each))
        .flatMap((each) => each.examples);
      const most = byPlatform * (attempts + 1) * (exchangeAtMost + hops(operation));
      const answers = fc.option(wireAnswers(bodyLike(examples)), { nil: undefined, freq: 3 });
      const found = await fuzz(
        casesOf(answers),
        seed - 7_919 * (index + 1),
        async (each, server) => {
          let place = 0;
          await server.renew(
            (request) => (isOfExchange(request) ? nth(each.answers, place++) : undefined) ?? asItShould(request),
          );
          return judge(call(operation, server.origin, { ...each, parseAs: "json" }), { ...server, most });
        },
        exchanges,
      );
      expect(found).toEqual(allWell);
    },
  );
});

describe("the same checks see a client that", () => {
  const refusal = { ...wellFormed({ message: "{carried}" }), statusLine: "HTTP/1.1 500 Said" };
  const patienceMs = 200;

  /** What they say of a double, against a server that answers 500 and repeats what it was sent. */
  async function seenOf(double: (origin: string, signal: AbortSignal) => Promise<unknown>): Promise<readonly string[]> {
    const [server] = servers;
    if (server === undefined) throw new Error("there is no server");
    await server.renew(() => refusal);
    const end = new AbortController();
    const called = double(server.origin, end.signal);
    const { faults } = await judge(called, { ...server, most: 3, patienceMs });
    end.abort();
    await called.catch(() => undefined);
    return faults;
  }
  const headers = { authorization: `Bearer ${secrets.circle}` };

  it("hangs", async () => {
    const never = (_: string, signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", reject));
    expect(await seenOf(never)).toEqual(["hangs after 0 requests"]);
  });

  it("asks again and again", async () => {
    const spin = async (origin: string, signal: AbortSignal): Promise<never> => {
      for (;;) await fetch(origin, { signal }).then((response) => response.text());
    };
    expect(await seenOf(spin)).toEqual([
      expect.stringMatching(/^hangs after \d+ requests$/),
      expect.stringMatching(/^sends \d+ requests, of 3 at most$/),
    ]);
  });

  it("asks once too often, although it ends", async () => {
    const fourTimes = async (origin: string): Promise<void> => {
      for (let place = 0; place < 4; place += 1) await (await fetch(origin)).text();
    };
    expect(await seenOf(fourTimes)).toEqual(["sends 4 requests, of 3 at most"]);
  });

  it("throws what is no error of ours", async () => {
    const raw = async (): Promise<never> => Promise.reject(new TypeError("terminated"));
    expect(await seenOf(raw)).toEqual([expect.stringMatching(/^throws TypeError: terminated/)]);
  });

  it("shows its credential deep in an error", async () => {
    const leak = async (origin: string): Promise<never> => {
      const cause = new Error("x", { cause: new Error(await (await fetch(origin, { headers })).text()) });
      throw new ReportKitError({ code: "x", message: "x", cause });
    };
    expect(await seenOf(leak)).toEqual([expect.stringMatching(/^shows circle: /)]);
  });

  it("sends its credential to another origin", async () => {
    const stray = async (origin: string): Promise<unknown> =>
      fetch(origin.replace("127.0.0.1", "localhost"), { headers });
    expect(await seenOf(stray)).toEqual([expect.stringMatching(/^sends its credentials to localhost:\d+$/)]);
  });

  it("throws where nobody can catch it", async () => {
    setTimeout(() => {
      throw new Error("uncatchable");
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(uncaught.splice(0)).toEqual([new Error("uncatchable")]);
  });

  it("leaves a rejection unheard", async () => {
    void Promise.reject(new Error("unheard"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(uncaught.splice(0)).toEqual([new Error("unheard")]);
  });
});

/** The last one for ever. */
function nth<Answer>(answers: readonly Answer[], place: number): Answer | undefined {
  return answers[Math.min(place, answers.length - 1)];
}
