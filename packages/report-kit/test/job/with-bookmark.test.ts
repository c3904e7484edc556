import { inspect, types } from "node:util";
import { ProviderError, ReportKitError, TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { asStream, toStream } from "../../src/download/index.ts";
import { createReportKit, JournalError, memoryJournal } from "../../src/index.ts";
import type { FileLocation, Journal, ReportJob } from "../../src/index.ts";
import type { Script } from "../../src/testing/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

const denied = (): ProviderError =>
  new ProviderError({
    provider: "scripted",
    operationId: "any",
    status: 401,
    code: "http-401",
    message: "Denied.",
    cause: new Error("why"),
  });
const lost = new TransportError({
  code: "timeout",
  message: "no answer",
  provider: "scripted",
  operationId: "create",
  maybeSent: true,
});
const pending = { is: "pending", status: "pending", reference: "r-1" } as const;
const ready = { is: "ready", reference: "r-1" } as const;
const link: FileLocation = { via: "link", url: "https://files.s3.amazonaws.com/report.csv" };

/** A job over a scripted provider, in virtual time. */
function scene(
  script: Script,
  { journal = memoryJournal(), answer = () => new Response() }: { journal?: Journal; answer?: () => Response } = {},
) {
  const clock = createVirtualClock();
  const source = scriptedSource(script);
  const fetch = async (): Promise<Response> => answer();
  const kit = createReportKit({ journal, platform: { ...clock.platform, fetch } });
  const ended = (promise: Promise<unknown>): Promise<unknown> => clock.finish(promise.catch((error: unknown) => error));
  return { clock, source, kit, ended, job: kit.report(source, { report: "a" }) };
}

const download = (job: ReportJob): Promise<unknown> => job.download(toStream(new WritableStream()));
const outcome = (job: ReportJob): Promise<unknown> => job.outcome();

describe("an error that comes out of a job", () => {
  const lists = { profile: { tier: "list" }, create: [lost], find: [denied()] } as const;
  const unlocated: Script["locate"] = { via: "api", open: () => Promise.reject(denied()) };
  it.each<[string, string, (job: ReportJob) => Promise<unknown>, Script]>([
    ["asking for it", "create", outcome, { create: [denied()] }],
    ["finding out what an unclear create made", "create", outcome, lists],
    ["looking", "wait", outcome, { create: [pending], look: [denied()] }],
    ["looking it up", "wait", outcome, { profile: { tier: "lookup" }, look: [denied()] }],
    ["downloading", "download", download, { create: [ready], locate: unlocated }],
  ])("says that it was met while %s (%s)", async (_, phase, run, script) => {
    const { job, ended } = scene(script);
    const error = await ended(run(job));
    expect(error).toMatchObject({ name: "ProviderError", phase, status: 401, bookmark: job.bookmark });
  });

  it("out of a single step says so as well", async () => {
    const { kit, source, job, ended } = scene({ create: [denied()] });
    const error = await ended(kit.step(job.bookmark, [source]));
    expect(error).toMatchObject({ phase: "create", bookmark: job.bookmark });
    const away = new JournalError({ code: "unavailable", message: "The disk is gone." });
    const broken = scene({}, { journal: { ...memoryJournal(), read: () => Promise.reject(away) } });
    const other = await broken.ended(broken.kit.step(broken.job.bookmark, [broken.source]));
    expect(other).toMatchObject({ name: "JournalError", phase: "journal", bookmark: broken.job.bookmark });
  });

  it("bears the bookmark of that job, not of another that met the same one", async () => {
    const error = denied();
    const { kit, source, clock } = scene({ create: [error] });
    const jobs = ["a", "b"].map((report) => kit.report(source, { report }));
    const seen = await clock.finish(
      Promise.all(jobs.map((job) => job.outcome().catch((thrown: unknown) => thrown as ReportKitError))),
    );
    expect(seen.map((thrown) => "bookmark" in thrown && thrown.bookmark)).toEqual(jobs.map(({ bookmark }) => bookmark));
    expect(error.bookmark).toBeUndefined();
  });

  it("is what it was in all else", async () => {
    const error = denied();
    const { job, ended } = scene({ create: [error] });
    const seen = await ended(job.outcome());
    expect(ProviderError.isInstance(seen)).toBe(true);
    expect(seen).toBeInstanceOf(ProviderError);
    expect(types.isNativeError(seen)).toBe(true);
    expect(JSON.parse(JSON.stringify(seen))).toEqual({
      ...JSON.parse(JSON.stringify(error)),
      phase: "create",
      bookmark: job.bookmark,
    });
    expect(seen).toMatchObject({ message: error.message, stack: error.stack, cause: error.cause });
    expect(inspect(seen)).toContain("ProviderError: Denied.");
  });

  it("is in a stream's reader and its file promise too", async () => {
    const answer = (): Response => new Response("1;2\n".repeat(500), { headers: { "content-length": "9999" } });
    const { clock, job } = scene({ create: [ready], locate: link }, { answer });
    const { stream, file } = await clock.finish(job.download(asStream()));
    const told = { name: "DownloadError", phase: "download", bookmark: job.bookmark };
    const [read, promised] = await clock.finish(
      Promise.allSettled([new Response(stream).arrayBuffer(), file] as const),
    );
    expect(read).toMatchObject({ status: "rejected", reason: told });
    expect(promised).toMatchObject({ status: "rejected", reason: told });
  });

  it("is the caller's own where it is the reason of an abort", async () => {
    const reason = denied();
    const { kit, source, job, ended } = scene({ create: [pending], look: [pending] });
    const controller = new AbortController();
    const waiting = ended(job.outcome({ signal: controller.signal }));
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(await ended(job.download(toStream(new WritableStream()), { signal: controller.signal }))).toBe(reason);
    expect(await ended(kit.step(job.bookmark, [source], { signal: controller.signal }))).toBe(reason);
    expect([reason.bookmark, reason.phase]).toEqual([undefined, undefined]);
  });
});
