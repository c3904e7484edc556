// What report-kit does, whatever it runs on: the same checks for every runtime, each with a sandbox of its own.
import { createCircleClient, orThrow } from "@report-kit/circle";
import {
  ProviderError,
  ReportDeadlineError,
  ReportKitError,
  ReportRequestError,
  TransportError,
  memoryJournal,
  poll,
  reportKey,
} from "report-kit";
import { DownloadError, asStream } from "report-kit/download";
import { monatoWebhook } from "report-kit/webhook";
import {
  circleRequest,
  circleSource,
  createKit,
  expect,
  pause,
  readThrough,
  rejection,
  sources,
  startScene,
} from "./scene.mjs";

/** @returns {readonly [string, (control: string) => Promise<void>]} */
const aReportOf = (name) => [
  `a report of ${name}: created once for two callers, waited for, streamed whole`,
  async (control) => {
    const { sandbox, made, requests } = await startScene(control);
    const kit = createKit();
    const [source, request] = sources[name](sandbox);
    const jobs = [kit.report(source, request), kit.report(source, request)];
    const types = [];
    const following = (async () => {
      for await (const { type } of jobs[0].events()) types.push(type);
    })();
    const outcomes = await Promise.all(jobs.map((job) => job.outcome({ deadlineMs: 30_000 })));
    expect(outcomes[0].status === "ready", `ready, got ${JSON.stringify(outcomes[0])}`);
    expect(outcomes[0].key === outcomes[1].key, "one key");
    const file = await readThrough(await jobs[0].download(asStream()));
    expect(file.isSound && file.bytes === file.read, `a whole file, got ${JSON.stringify(file)}`);
    const asked = (await requests()).filter(({ method, status }) => method === "POST" && status < 300);
    if (name !== "monato") expect((await made()) === 1 && asked.length === 1, "one report, made once");
    await following;
    expect(types.at(-1) === "ready", `events that end with ready, got ${types.join(" ")}`);
  },
];

/** @type {readonly (readonly [name: string, check: (control: string) => Promise<void>])[]} */
const checks = [
  ...Object.keys(sources).map(aReportOf),

  [
    "the same request has the same key everywhere",
    async () => {
      const material = {
        provider: "circle",
        origin: "https://api.circle.com",
        account: "tesorería",
        reportType: "camt053",
        request: { date: "2026-11-19", amount: 1e21, nested: [null, true, "\u{1F4B6}"] },
        epoch: 0,
      };
      // By hand: SHA-256 of the canonical text (RFC 8785), its first 128 bits as a UUID of version 8.
      expect(
        reportKey(material) === "48fc6167-a2a2-819f-b9a1-a619025aa555",
        `the golden key, got ${reportKey(material)}`,
      );
    },
  ],

  [
    "a deadline ends the wait, and the bookmark goes on with it",
    async (control) => {
      const { sandbox, made } = await startScene(control, { readyAfterMs: 1500 });
      const journal = memoryJournal();
      const source = circleSource(sandbox);
      const error = await rejection(createKit(journal).report(source, circleRequest).outcome({ deadlineMs: 300 }));
      expect(ReportDeadlineError.isInstance(error), `a ReportDeadlineError, got ${error}`);
      const outcome = await createKit(journal).resume(error.bookmark, [source]).outcome({ deadlineMs: 30_000 });
      expect(outcome.status === "ready" && (await made()) === 1, "the report, made once");
    },
  ],

  [
    "after an abort nothing is sent",
    async (control) => {
      const { sandbox, requests } = await startScene(control, { readyAfterMs: 60_000 });
      const stop = new AbortController();
      const waiting = createKit().report(circleSource(sandbox), circleRequest).outcome({ signal: stop.signal });
      // Not after a time: a busy machine may not have sent anything by then.
      while ((await requests()).length === 0) await pause(50);
      const atAbort = (await requests()).length;
      stop.abort(new Error("enough"));
      const error = await rejection(waiting);
      expect(error.message === "enough", `the signal's reason, got ${error}`);
      await pause(300);
      const before = (await requests()).length;
      expect(before <= atAbort + 1, `at most the request that was under way, got ${before - atAbort}`);
      await pause(700);
      const after = (await requests()).length;
      expect(after === before, `no request after the abort, got ${after - before}`);
    },
  ],

  [
    "a wrong request is refused before anything is sent",
    async (control) => {
      const { sandbox, requests } = await startScene(control);
      const start = async () => createKit().report(circleSource(sandbox), { ...circleRequest, date: "19.11.2026" });
      const error = await rejection(start());
      expect(ReportRequestError.isInstance(error) && error.field.endsWith("date"), `the field by name, got ${error}`);
      expect((await requests()).length === 0, "no request");
    },
  ],

  [
    "refused credentials are an error at once, which does not tell them",
    async (control) => {
      const { sandbox } = await startScene(control);
      const source = circleSource({ circle: { ...sandbox.circle, apiKey: "SAND_API_KEY:wrong:secret-of-mine" } });
      const error = await rejection(createKit().report(source, circleRequest).outcome({ deadlineMs: 30_000 }));
      expect(ProviderError.isInstance(error) && error.status === 401, `a ProviderError, got ${error}`);
      const told = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
      expect(!told.includes("secret-of-mine"), "an error without the secret");
    },
  ],

  [
    "a provider that asks to be left alone is left alone",
    async (control) => {
      const { sandbox, fail, requests } = await startScene(control);
      await fail({ origin: "circle" }, { kind: "status", status: 429, retryAfter: 2 });
      const outcome = await createKit().report(circleSource(sandbox), circleRequest).outcome({ deadlineMs: 30_000 });
      const [first, second] = await requests();
      expect(outcome.status === "ready", "the report");
      expect(second.at - first.at >= 2000, `2 s between the requests, got ${second.at - first.at} ms`);
    },
  ],

  [
    "a lost answer makes no second report",
    async (control) => {
      const { sandbox, fail, made } = await startScene(control);
      await fail({ operationId: "requestReport" }, { kind: "reset", afterHandling: true });
      const outcome = await createKit().report(circleSource(sandbox), circleRequest).outcome({ deadlineMs: 60_000 });
      expect(outcome.status === "ready" && (await made()) === 1, "one report");
    },
  ],

  [
    "a download that breaks off goes on",
    async (control) => {
      const { sandbox, fail } = await startScene(control, { rows: 400 });
      await fail({ origin: "storage" }, { kind: "truncate", bytes: 1000 });
      const file = await readThrough(
        await createKit().report(circleSource(sandbox), circleRequest).download(asStream(), { deadlineMs: 30_000 }),
      );
      expect(file.isSound && file.resumed && file.requests === 2, `a file in two parts, got ${JSON.stringify(file)}`);
    },
  ],

  [
    "an error page is no report",
    async (control) => {
      const { sandbox, fail } = await startScene(control);
      await fail({ origin: "storage" }, { kind: "html", status: 200 }, 20);
      const job = createKit().report(circleSource(sandbox), circleRequest);
      const error = await rejection(job.download(asStream(), { deadlineMs: 30_000 }).then(readThrough));
      expect(DownloadError.isInstance(error) && ReportKitError.isInstance(error), `a DownloadError, got ${error}`);
      expect(error.bookmark === job.bookmark, "the bookmark");
    },
  ],

  [
    "a call has its time, and what is not there is a typed error",
    async (control) => {
      const { sandbox, fail } = await startScene(control, { readyAfterMs: 60_000 });
      const client = createCircleClient({ ...sandbox.circle, retry: false });
      await fail({ operationId: "requestReport" }, { kind: "latency", milliseconds: 3000 });
      const late = await rejection(client.POST("/v1/reports", { body: circleRequest, timeoutMs: 300 }));
      expect(TransportError.isInstance(late) && late.code === "timeout", `a time-out, got ${late}`);
      const absent = createCircleClient({ ...sandbox.circle, baseUrl: "http://127.0.0.1:1", retry: false });
      const gone = await rejection(absent.POST("/v1/reports", { body: circleRequest }));
      expect(TransportError.isInstance(gone) && gone.code === "network", `a network error, got ${gone}`);
      const { status, data } = orThrow(await client.POST("/v1/reports", { body: circleRequest }));
      expect(status === 202 && typeof data === "object", `202 and the report, got ${status}`);
    },
  ],

  [
    "a webhook is taken with its token alone",
    async (control) => {
      const { sandbox } = await startScene(control);
      const journal = memoryJournal();
      const [source] = sources.monato(sandbox);
      const errors = [];
      const handle = monatoWebhook({
        kit: createKit(journal),
        source,
        token: "told-to-monato",
        onError: (error) => errors.push(error),
      });
      const deliver = (token, body) =>
        handle(
          new Request("https://example.com/monato", {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            body: JSON.stringify(body),
          }),
        );
      expect((await deliver("guessed", {})).status === 401, "401 without the token");
      expect((await deliver("told-to-monato", { some: "thing" })).status === 400, "400 for what is no notice");
      expect(errors.length === 0, `no error, got ${errors.join()}`);
    },
  ],

  [
    "poll waits for anything",
    async () => {
      const look = async ({ attempt }) => (attempt < 3 ? { done: false } : { done: true, value: attempt });
      expect((await poll(look, { requestCostS: 0.001, deadlineMs: 30_000 })) === 3, "the third look's value");
      const error = await rejection(poll(async () => ({ done: false }), { requestCostS: 0.001, deadlineMs: 100 }));
      expect(ReportDeadlineError.isInstance(error), `a ReportDeadlineError, got ${error}`);
    },
  ],
];

/**
 * Runs every check.
 * @param {string} control where the test listens (see scene.mjs)
 * @returns {Promise<string[]>} a line for each in the manner of TAP: `ok 1 - …`, `not ok 2 - …: why`
 */
export async function runChecks(control) {
  return Promise.all(
    checks.map(async ([name, check], index) => {
      try {
        await check(control);
        return `ok ${index + 1} - ${name}`;
      } catch (error) {
        return `not ok ${index + 1} - ${name}: ${error?.stack ?? error}`;
      }
    }),
  );
}
