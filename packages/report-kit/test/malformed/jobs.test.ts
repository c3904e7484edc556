import { inspect } from "node:util";
import { ReportKitError } from "@report-kit/http";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createReportKit, ReportDeadlineError, ReportIndeterminateError } from "../../src/index.ts";
import type { Journal, Observation, ReportJob, ReportSource } from "../../src/index.ts";
import { parseState } from "../../src/job/job-state.ts";
import { asStream, createTarget } from "../../src/download/index.ts";
import type { DownloadOptions, ReportFile, Target } from "../../src/download/index.ts";
import { createVirtualClock, seededRandom } from "../../src/testing/index.ts";
import type { VirtualClock } from "../../src/testing/index.ts";
import { zipOf } from "../unpack/zip.ts";
import { bodyLike, coded, filled, mutated, runs, seed, soak, wireAnswers } from "./answers.ts";
import type { WireAnswer } from "./answers.ts";
import { fakeBegateway, fakeCircle, fakeMercadopago, fakeMonato, fakeSecrets } from "../sources/provider-fakes.ts";
import type { FakeOptions, FakeProvider, Wire } from "../sources/provider-fakes.ts";
import { durableJournal } from "../support/durable-journal.ts";

const csv = Buffer.from(`id,amount\n${Array.from({ length: 40 }, (_, row) => `${row},${row}.00\n`).join("")}`);
const zip = zipOf({ "balance_records.csv": csv });

interface Scene {
  /** Reports it can make twice, if it is asked twice. */
  readonly makes: boolean;
  readonly file: Buffer;
  readonly fake: (
    world: { readonly now: () => number; readonly journal: Journal },
    options: FakeOptions,
  ) => FakeProvider;
}
const scenes: Readonly<Record<string, Scene>> = {
  circleReports: { makes: true, file: csv, fake: fakeCircle },
  begatewayReports: { makes: true, file: zip, fake: fakeBegateway },
  monatoReports: { makes: false, file: csv, fake: fakeMonato },
  settlementReports: {
    makes: true,
    file: csv,
    fake: (world, options) => fakeMercadopago(world, "settlement", options),
  },
  releaseReports: { makes: true, file: csv, fake: (world, options) => fakeMercadopago(world, "release", options) },
};

/**
 * What can stand in the place of a value and be mistaken for no other: a lie in the right words (another report's id, an
 * empty list) is no malformed answer, and nobody can tell it from the truth.
 */
const blank = fc.constantFrom<unknown>(null, "", " ", {}, [[]], "\u0000", "\ud800");
const implausible = fc.oneof(blank, fc.constantFrom<unknown>(true, -1, 0.5, { "": null }, { toString: 1 }, "../.."));
const notAList = (body: string | Uint8Array): boolean => !/^\s*\[\s*\]\s*$/.test(Buffer.from(body).toString());
const answer = wireAnswers(bodyLike([]).filter(notAList)).filter(
  // Without a body it is a documented answer of Mercado Pago: nothing was made.
  ({ statusLine }) => !/ 203\b/.test(statusLine),
);
const fileFault = fc.constantFrom(...(["cut", "short", "long", "empty", "page", "json", "coded", "stalled"] as const));

/** What goes wrong with one request. */
type Fault =
  | { readonly is: "answer"; readonly answer: WireAnswer; readonly reaches: boolean }
  | { readonly is: "mutation"; readonly seed: number }
  | { readonly is: "file"; readonly fault: typeof fileFault extends fc.Arbitrary<infer Kind> ? Kind : never };
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ is: fc.constant("answer"), answer, reaches: fc.boolean() }),
  fc.record({ is: fc.constant("mutation"), seed: fc.nat() }),
);
const fileFaults: fc.Arbitrary<Fault> = fc.oneof(
  // Any text could be the file of a 2xx: what shows is below.
  fc.record({
    is: fc.constant("answer"),
    answer: answer.filter(({ statusLine }) => !/ 2\d\d\b/.test(statusLine)),
    reaches: fc.boolean(),
  }),
  fc.record({ is: fc.constant("file"), fault: fileFault }),
);

/** A job, and what goes wrong with each request it sends; nothing = it goes well, and so does all that comes later. */
interface Case {
  readonly calls: readonly (Fault | undefined)[];
  /** What went wrong last does so for ever, until the run that follows. */
  readonly lasting: boolean;
  readonly files: readonly (Fault | undefined)[];
  readonly streamed: boolean;
  readonly seed: number;
}
const cases: fc.Arbitrary<Case> = fc.record({
  calls: fc.array(fc.option(fault, { nil: undefined, freq: 3 }), { maxLength: 5 }),
  lasting: fc.nat({ max: 7 }).map((place) => place === 0),
  files: fc.array(fc.option(fileFaults, { nil: undefined, freq: 3 }), { maxLength: 5 }),
  streamed: fc.boolean(),
  seed: fc.nat(),
});

/** A wire's answer as `fetch` gives it; what is no HTTP is an error of the network. */
function responseOf(answer: WireAnswer, request: Request): Response {
  const [, status] = /^HTTP\/1\.[01] ([2-5]\d\d)\b/.exec(answer.statusLine) ?? [];
  if (status === undefined || answer.end === "reset") throw new TypeError("fetch failed");
  const carried = request.headers.get("authorization")?.replace(/^\w+ /, "") ?? "";
  const meaning = { carried, origin: new URL(request.url).origin, elsewhere: "https://elsewhere.invalid" };
  const headers = new Headers();
  for (const line of answer.headers) {
    const [, name = "", value = ""] = /^([\w-]+): (.*)$/.exec(line) ?? [];
    try {
      headers.append(name, filled(value, meaning));
    } catch {
      throw new TypeError("fetch failed");
    }
  }
  if (/^(?:1..|204|205|304)$/.test(status)) return new Response(null, { status: Number(status), headers });
  const broken = answer.end !== "close" && answer.end !== "stay";
  return new Response(streamOf(coded(answer, meaning), broken), { status: Number(status), headers });
}

/** All bytes, or one half and then a reset. */
function streamOf(bytes: Uint8Array, broken: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
  let place = 0;
  return new ReadableStream({
    pull(controller) {
      place += 1;
      if (place === 1) controller.enqueue(new Uint8Array(broken ? bytes.subarray(0, bytes.length / 2) : bytes));
      else if (broken) controller.error(new TypeError("terminated"));
      else controller.close();
    },
  });
}

function fileOf(bytes: Buffer, broken = false, headers: Record<string, string> = {}): Response {
  return new Response(streamOf(bytes, broken), { headers: { "content-length": `${bytes.length}`, ...headers } });
}

/** A file that is not what it should be, in a way that shows. */
function spoilt(file: Buffer, fault: Extract<Fault, { is: "file" }>["fault"], signal: AbortSignal): Response {
  const length = { "content-length": `${file.length}` };
  switch (fault) {
    case "cut":
      return fileOf(file, true);
    case "short":
      return fileOf(file.subarray(0, file.length / 2), false, length);
    case "long":
      return fileOf(Buffer.concat([file, Buffer.from("x")]), false, length);
    case "empty":
      return fileOf(Buffer.alloc(0));
    case "page":
      return fileOf(Buffer.from("<html><body>503</body></html>"), false, { "content-type": "text/csv" });
    case "json":
      return fileOf(Buffer.from('{"message":"expired"}'), false, { "content-type": "text/csv" });
    case "coded":
      return fileOf(file.subarray(0, file.length / 2), true, { "content-encoding": "gzip" });
    case "stalled":
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new Uint8Array(file.subarray(0, 9)));
            signal.addEventListener("abort", () => controller.error(signal.reason));
          },
        }),
      );
  }
}

/** A target in memory: what has the final name, and how often it was given. */
function memoryTarget(): Target<ReportFile, DownloadOptions> & { readonly named: () => Buffer | undefined } {
  let bytes = Buffer.alloc(0);
  let named: Buffer | undefined;
  return {
    named: () => named,
    ...createTarget({
      open: async () => ({
        write: async (more) => {
          bytes = Buffer.concat([bytes, more]);
        },
        truncate: async (length) => {
          bytes = bytes.subarray(0, length);
        },
        commit: async () => {
          named = bytes;
          return {};
        },
        abandon: async () => undefined,
      }),
    }),
  };
}

const tally = {
  cases: 0,
  ready: 0,
  requests: 0,
  mostRequests: 0,
  mostInASecond: 0,
  ends: {} as Record<string, number>,
};
const secrets = [...Object.values(fakeSecrets), btoa(`psp:${fakeSecrets.begateway}`)];
const uncaught: unknown[] = [];
const note = (error: unknown): unknown => uncaught.push(error);
beforeAll(() => {
  process.on("unhandledRejection", note).on("uncaughtException", note);
});
afterAll(() => {
  process.off("unhandledRejection", note).off("uncaughtException", note);
});

/** The job's file, by whichever way; undefined where there is none. */
async function fileBy(streamed: boolean, job: ReportJob, deadlineMs: number): Promise<Buffer | undefined> {
  if (!streamed) {
    const target = memoryTarget();
    try {
      await job.download(target, { deadlineMs });
      return target.named();
    } catch (error) {
      if (target.named() !== undefined) throw new Error("a file that failed has its name", { cause: error });
      throw error;
    }
  }
  const { stream, file } = await job.download(asStream(), { deadlineMs });
  const [bytes] = await Promise.all([new Response(stream).arrayBuffer(), file]);
  return Buffer.from(bytes);
}

/** What must not be true of a job whose provider's answers are malformed, and of the run that follows. */
async function faultsOf({ makes, file, fake }: Scene, each: Case): Promise<readonly string[]> {
  const found: string[] = [];
  const clock: VirtualClock = createVirtualClock({ seed: each.seed });
  const journal = durableJournal(); // both runs are of one process
  const random = seededRandom(each.seed);
  const sentAt: number[] = [];
  const calls = [...each.calls];
  const files = [...each.files];

  const wire: Wire = async (request, ask) => {
    sentAt.push(clock.now());
    const isFile = /\/content$|\.csv$/.test(new URL(request.url).pathname);
    const next = each.lasting && calls.length === 1 && !isFile ? calls[0] : (isFile ? files : calls).shift();
    const well = async (): Promise<Response> => (isFile ? fileOf(file) : ask());
    if (next === undefined) return well();
    if (next.is === "file") return spoilt(file, next.fault, request.signal);
    if (next.is === "mutation") {
      const response = await well();
      const [value] = fc.sample(mutated(await response.json(), implausible), { seed: next.seed, numRuns: 1 });
      return Response.json(value, { status: response.status });
    }
    // A refusal says that nothing was made: then nothing was. Any other answer may hide that something was.
    if (next.reaches && !/ 4(?!08)\d\d\b/.test(next.answer.statusLine)) await ask();
    return responseOf(next.answer, request);
  };
  const fetchLink = async (url: string, init: RequestInit): Promise<Response> => {
    sentAt.push(clock.now());
    const next = files.shift();
    if (next === undefined || next.is === "mutation") return fileOf(file);
    const request = new Request(url, init);
    return next.is === "file" ? spoilt(file, next.fault, request.signal) : responseOf(next.answer, request);
  };

  const provider = fake({ now: () => clock.now(), journal }, { wire });
  const events: unknown[] = [];
  const jobOf = (): ReportJob => {
    const kit = createReportKit({
      journal,
      platform: { ...clock.platform, random, fetch: fetchLink },
      onEvent: (event) => events.push(event),
    });
    const worker = {
      number: 0,
      journal,
      platform: clock.platform,
      request: async <A>(_: string, act: () => A) => act(),
    };
    return kit.report(provider.source(worker), provider.request);
  };
  const end = async (job: ReportJob, deadlineMs: number): Promise<unknown> => {
    try {
      return await clock.finish(fileBy(each.streamed, job, deadlineMs));
    } catch (error) {
      return error;
    }
  };

  const job = jobOf();
  const first = await end(job, 2 * 3_600_000);
  const name = first instanceof Error ? `${first.name} ${"code" in first ? String(first.code) : ""}` : "a file";
  tally.ends[name] = (tally.ends[name] ?? 0) + 1;
  if (Buffer.isBuffer(first)) {
    tally.ready += 1;
    if (!first.equals(file)) found.push(`gives a file that is not the report's: ${first.toString()}`);
  } else if (!ReportKitError.isInstance(first)) found.push(`throws ${inspect(first)}`);
  else if (first.bookmark !== job.bookmark) found.push(`throws an error without the bookmark: ${inspect(first)}`);

  const inASecond = sentAt.map(
    (at, place) => sentAt.filter((other, index) => index >= place && other < at + 1_000).length,
  );
  tally.requests += sentAt.length;
  tally.mostRequests = Math.max(tally.mostRequests, sentAt.length);
  tally.mostInASecond = Math.max(tally.mostInASecond, ...inASecond);
  // Some forty looks in two hours, each with five redirects at most.
  if (sentAt.length > 240) found.push(`sends ${sentAt.length} requests`);
  if (Math.max(0, ...inASecond) > 20) found.push(`sends ${Math.max(...inASecond)} requests in a second`);

  const told = [JSON.stringify(events), inspect(first, { depth: 12, showHidden: true })];
  let nextAt = 0;
  for await (const record of journal.list("")) {
    const value = (await journal.read(record))?.value ?? {};
    told.push(JSON.stringify(value));
    // The API's origin is what claims and facts are about; it is no link.
    if (/https?:|:null/.test(JSON.stringify({ ...value, origin: undefined })))
      found.push(`journals a link, or nothing: ${JSON.stringify(value)}`);
    if (record.startsWith("job-")) ({ nextAt } = parseState(value, record));
  }
  for (const secret of secrets)
    if (told.some((text) => text.includes(secret))) found.push(`shows ${secret}: ${told.join("\n")}`);

  calls.length = 0;
  files.length = 0;
  const second = await end(jobOf(), 24 * 3_600_000);
  // A provider that asks to be left alone for longer than that is.
  const held = ReportDeadlineError.isInstance(second) && nextAt > clock.now();
  // That nothing was made can't be proven of every source.
  const open = ReportIndeterminateError.isInstance(second) && provider.made().length === 0;
  if (Buffer.isBuffer(second) ? !second.equals(file) : !held && !open)
    found.push(`afterwards, when all is well, does not give the file: ${inspect(second)}`);
  if (makes && provider.made().length > 1) found.push(`makes ${provider.made().length} reports`);
  if (makes && Buffer.isBuffer(second) && provider.made().length !== 1) found.push("gives a report that was not made");
  tally.cases += 1;
  return found;
}

describe("malformed answers to a job", () => {
  afterAll(() => {
    if (soak) process.stdout.write(`malformed jobs, seed ${seed}: ${JSON.stringify(tally)}\n`);
  });

  it.each(Object.entries(scenes))(
    "of %s end it in its file or a typed error with its bookmark, soon forgotten",
    { timeout: soak ? 3_600_000 : 120_000 },
    async (name, scene) => {
      const found: string[] = [];
      for (const each of fc.sample(cases, { seed: seed + name.length, numRuns: soak ? runs : Math.ceil(runs / 3) })) {
        const faults = await faultsOf(scene, each);
        if (faults.length > 0) found.push(`${faults.join("; ")}\nas ${JSON.stringify(each).slice(0, 4_000)}`);
        if (found.length > 2) break;
      }
      expect(found).toEqual([]);
      expect(uncaught).toEqual([]);
    },
  );
});

describe("the same checks see a source that", () => {
  const well: Case = { calls: [], lasting: false, files: [], streamed: false, seed: 1 };
  const link = "https://files.s3.amazonaws.com/r.csv?X-Amz-Signature=5f0c8a529d3e8b41";

  /** What they say of beGateway's source with some of its methods replaced, when all is well. */
  async function seenOf(change: (source: ReportSource) => Partial<ReportSource>): Promise<readonly string[]> {
    return faultsOf(
      {
        makes: true,
        file: zip,
        fake: (world, options) => {
          const fake = fakeBegateway(world, options);
          return {
            ...fake,
            source: (worker) => {
              const source = fake.source(worker);
              return { ...source, ...change(source) };
            },
          };
        },
      },
      well,
    );
  }

  it("does nothing wrong", async () => {
    expect(await seenOf(() => ({}))).toEqual([]);
  });

  it("throws what is no error of ours", async () => {
    const look = async (): Promise<never> => Promise.reject(new TypeError("x is undefined"));
    expect(await seenOf(() => ({ look }))).toContainEqual(expect.stringMatching(/^throws TypeError: x is undefined/));
  });

  it("makes a report each time it is asked for one", async () => {
    const found = await seenOf((source) => ({
      create: async (call) => {
        await source.create?.(call);
        await source.create?.(call);
        return { is: "pending", status: "queued", reference: call.key };
      },
    }));
    expect(found).toContain("makes 2 reports");
  });

  it("asks again and again", async () => {
    const found = await seenOf((source) => ({
      look: async (call) => {
        for (let place = 0; place < 300; place += 1) await source.look(call);
        return source.look(call);
      },
    }));
    expect(found).toContainEqual(expect.stringMatching(/^sends \d+ requests$/));
    expect(found).toContainEqual(expect.stringMatching(/^sends \d+ requests in a second$/));
  });

  it("journals a link, and a credential", async () => {
    const status = `${link} ${fakeSecrets.begateway}`;
    const look = async (): Promise<Observation> => ({ is: "pending", status });
    const found = await seenOf(() => ({ look }));
    expect(found).toContainEqual(expect.stringMatching(/^journals a link/));
    expect(found).toContainEqual(expect.stringMatching(/^shows b8647b68/));
  });

  it("takes a report for ready that is not", async () => {
    const other = { via: "link", url: link } as const;
    const ready = async (): Promise<Observation> => ({ is: "ready", reference: "other", link: other });
    const found = await seenOf(() => ({ create: ready, locate: async () => other }));
    expect(found).toContain("gives a report that was not made");
  });
});
