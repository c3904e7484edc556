import { createCircleClient } from "@report-kit/circle";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createReportKit,
  forgetJob,
  listJobs,
  memoryJournal,
  poll,
  pruneJobs,
  ReportKitError,
  ReportRequestError,
  showJob,
} from "../../src/index.ts";
import { asStream } from "../../src/download/index.ts";
import { fileJournal, toDirectory, toFile } from "../../src/node/index.ts";
import { postgresJournal } from "../../src/postgres/postgres-journal.ts";
import { scriptedSource } from "../../src/testing/index.ts";
import { unpacked } from "../../src/unpack/index.ts";

/** What a caller without types may pass. */
const given = (value: unknown): never => value as never;

const journal = memoryJournal();
const source = scriptedSource({});
const kit = createReportKit({ journal });
const job = kit.report(source, { report: "a" });
const client = createCircleClient({ apiKey: "SAND_API_KEY:secret", environment: "sandbox" });
const directory = mkdtempSync(join(tmpdir(), "report-kit-options-"));
const all = async (jobs: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of jobs);
};

/** What is called, and how its refusal begins. Each entry takes a wrong name, a wrong type and, where it must have one, nothing. */
const refusals: readonly [how: string, call: () => unknown, message: string][] = [
  ["createReportKit()", () => createReportKit(given(undefined)), "journal: expected a journal: fileJournal(directory)"],
  ["jurnal", () => createReportKit(given({ jurnal: journal })), "jurnal: expected a name that createReportKit takes"],
  ["createReportKit({})", () => createReportKit(given({})), "journal: expected a journal: fileJournal(directory)"],
  [
    "a journal's promise",
    () => createReportKit({ journal: given(Promise.resolve(journal)) }),
    "journal: expected a journal",
  ],
  [
    "onevent",
    () => createReportKit(given({ journal, onevent() {} })),
    "onevent: expected a name that createReportKit takes: journal, requestCostS, onIndeterminate, learn, onEvent, platform (did you mean onEvent?)",
  ],
  [
    'requestCostS: "4"',
    () => createReportKit({ journal, requestCostS: given("4") }),
    'requestCostS: expected number, got "4"',
  ],
  ["requestCostS: 0", () => createReportKit({ journal, requestCostS: 0 }), "requestCostS: expected seconds of waiting"],
  [
    "requestCostS: NaN",
    () => createReportKit({ journal, requestCostS: NaN }),
    "requestCostS: expected seconds of waiting",
  ],
  [
    'onIndeterminate: "reconsile"',
    () => createReportKit({ journal, onIndeterminate: given("reconsile") }),
    'onIndeterminate: expected ask or reconcile or recreate (did you mean reconcile?), got "reconsile"',
  ],
  ['learn: "no"', () => createReportKit({ journal, learn: given("no") }), 'learn: expected boolean, got "no"'],
  [
    "platform.Now",
    () => createReportKit({ journal, platform: given({ Now: Date.now }) }),
    "platform.Now: expected a name that createReportKit takes: now, random",
  ],
  [
    "platform.now: 5",
    () => createReportKit({ journal, platform: { now: given(5) } }),
    "platform.now: expected function, got 5",
  ],
  [
    "kit.report(client)",
    () => kit.report(given(client), given({})),
    "source: expected a report source, such as circleReports(client, { account }), got an object",
  ],
  ["kit.report()", () => kit.report(given(undefined), given({})), "source: expected a report source"],
  [
    "kit.report: a request member",
    () => kit.report(source, given({ Report: "a" })),
    "request.Report: expected a name that the request takes: report (did you mean report?)",
  ],
  [
    "kit.report: epochs",
    () => kit.report(source, { report: "a" }, given({ epochs: 1 })),
    "epochs: expected a name that kit.report takes: epoch (did you mean epoch?)",
  ],
  [
    'kit.report: epoch: "1"',
    () => kit.report(source, { report: "a" }, { epoch: given("1") }),
    'epoch: expected number, got "1"',
  ],
  [
    "kit.report: epoch: -1",
    () => kit.report(source, { report: "a" }, { epoch: -1 }),
    "epoch: expected a whole number from 0, got -1",
  ],
  [
    "kit.resume: no sources",
    () => kit.resume(job.bookmark, given(source)),
    "sources: expected an array of report sources, got an object",
  ],
  ["kit.resume: no bookmark", () => kit.resume(given(undefined), [source]), "bookmark: expected"],
  [
    "kit.step: Signal",
    () => kit.step(job.bookmark, [source], given({ Signal: AbortSignal.abort() })),
    "Signal: expected a name that kit.step takes: signal, onIndeterminate (did you mean signal?)",
  ],
  [
    "kit.plan: horizon",
    () => kit.plan(source, given({ horizon: 1 })),
    "horizon: expected a name that kit.plan takes: ageMs, horizonMs, request (did you mean horizonMs?)",
  ],
  ['kit.plan: ageMs: "1"', () => kit.plan(source, { ageMs: given("1") }), 'ageMs: expected number, got "1"'],
  ["kit.wake({})", () => kit.wake({}), "hint: expected a key, bookmark, source"],
  [
    "kit.wake: sources",
    () => kit.wake(given({ sources: "a" })),
    "sources: expected a name that kit.wake takes: key, bookmark, source, reportType, reference, request (did you mean source?)",
  ],
  [
    'outcome: deadlineMs: "3000"',
    () => job.outcome({ deadlineMs: given("3000") }),
    'deadlineMs: expected number, got "3000"',
  ],
  [
    "outcome: deadlineMS",
    () => job.outcome(given({ deadlineMS: 1 })),
    "deadlineMS: expected a name that job.outcome takes: signal, deadlineMs, unref, onIndeterminate (did you mean deadlineMs?)",
  ],
  [
    "outcome: deadlineMs: -1",
    () => job.outcome({ deadlineMs: -1 }),
    "deadlineMs: expected milliseconds to wait, 0 or more, got -1",
  ],
  ["outcome: unref: 1", () => job.outcome({ unref: given(1) }), "unref: expected boolean, got 1"],
  ["outcome: a number", () => job.outcome(given(3_000)), "options: expected the options of job.outcome, got number"],
  ['download("out")', () => job.download(given("out")), "target: expected a target: toDirectory(path)"],
  [
    'download: overwrite: "yes"',
    () => job.download(asStream(), { overwrite: given("yes") }),
    'overwrite: expected never or same or always, got "yes"',
  ],
  [
    "download: overwrite: true",
    () => job.download(asStream(), { overwrite: given(true) }),
    "overwrite: expected never or same or always, got true",
  ],
  [
    "download: onprogress",
    () => job.download(asStream(), given({ onprogress() {} })),
    "onprogress: expected a name that job.download takes: signal, deadlineMs, unref, onIndeterminate, onProgress, overwrite, stallTimeoutMs, maxDurationMs, maxBytes, acceptUnproven (did you mean onProgress?)",
  ],
  [
    "download: maxBytes: 0",
    () => job.download(asStream(), { maxBytes: 0 }),
    "maxBytes: expected bytes, above 0, got 0",
  ],
  [
    "download: an option of a target without any",
    () => job.download({ receive: async () => "" }, given({ overwrite: "same" })),
    "overwrite: expected a name that job.download takes: signal, deadlineMs, unref, onIndeterminate, got",
  ],
  ["toDirectory()", () => toDirectory(given(undefined)), "directory: expected a path, got nothing"],
  ['toFile("")', () => toFile(""), 'path: expected a path, got ""'],
  [
    "unpacked: maxfiles",
    () => unpacked(toDirectory(directory), given({ maxfiles: 1 })),
    "maxfiles: expected a name that unpacked takes: maxFiles, maxBytes, maxRatio (did you mean maxFiles?)",
  ],
  [
    "unpacked: maxFiles: 0",
    () => unpacked(toDirectory(directory), { maxFiles: 0 }),
    "maxFiles: expected a number above 0, got 0",
  ],
  [
    "fileJournal()",
    () => fileJournal(given(undefined)),
    "directory: expected the path of the journal's directory, got nothing",
  ],
  [
    "postgresJournal()",
    () => postgresJournal(given(undefined)),
    "query: expected a function (sql, params) that resolves to rows, got nothing",
  ],
  [
    "postgresJournal: tables",
    () => postgresJournal(async () => [], given({ tables: "a" })),
    "tables: expected a name that postgresJournal takes: table (did you mean table?)",
  ],
  ["listJobs()", () => all(listJobs(given(undefined))), "journal: expected a journal"],
  [
    "listJobs: sources",
    () => all(listJobs(journal, given({ sources: "a" }))),
    "sources: expected a name that listJobs takes: source, phase (did you mean source?)",
  ],
  [
    "showJob: no key",
    () => showJob(journal, given(undefined)),
    "keyOrBookmark: expected a key or a bookmark, got nothing",
  ],
  ["forgetJob: no journal", () => forgetJob(given("dir"), job.key), "journal: expected a journal"],
  [
    "pruneJobs: a date",
    () => pruneJobs(journal, given("2026-11-01")),
    'endedBefore: expected epoch milliseconds, got "2026-11-01"',
  ],
  [
    'poll: deadlineMs: "1"',
    () => poll(async () => ({ done: true, value: 1 }), { deadlineMs: given("1") }),
    "deadlineMs: expected number, got string",
  ],
  [
    "poll: timeoutMs",
    () => poll(async () => ({ done: true, value: 1 }), given({ timeoutMs: 1 })),
    "timeoutMs: expected an option of poll: signal, deadlineMs, requestCostS",
  ],
];

describe("an option that can't work is refused before anything is sent, by its name", () => {
  it.each(refusals)("%s", async (_, call, message) => {
    const error: unknown = await new Promise((resolve) => resolve(call())).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(ReportKitError.isInstance(error) && ReportRequestError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      phase: "request",
      retryable: false,
      message: expect.stringMatching(/Nothing was sent\.$/),
    });
    expect(source.calls).toEqual([]);
  });
});

it("an option that is undefined is as good as none", async () => {
  const options = { signal: undefined, deadlineMs: 0, unref: undefined, onIndeterminate: undefined };
  const error: unknown = await kit
    .report(scriptedSource({}), { report: "b" })
    .outcome(options)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "deadline" });
});

it("a query function that forgets the rows of its driver's result is told how to pass them on", async () => {
  const journal = postgresJournal(given(async () => ({ rows: [], rowCount: 0 })));
  await expect(journal.read("job-1")).rejects.toMatchObject({
    name: "JournalError",
    code: "unavailable",
    retryable: false,
    message: expect.stringMatching(/resolved to an object, not to an array of rows\. With pg: .*\.rows$/),
  });
});
