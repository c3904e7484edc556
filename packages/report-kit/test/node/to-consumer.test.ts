import { readFile, stat } from "node:fs/promises";
import { expect, it } from "vitest";
import { createReportKit } from "../../src/index.ts";
import type { Delivery, ReportJob } from "../../src/index.ts";
import type { ReportFile } from "../../src/download/index.ts";
import { fileJournal, toConsumer, toDirectory } from "../../src/node/index.ts";
import type { ConsumedFile } from "../../src/node/index.ts";
import { scriptedSource } from "../../src/testing/index.ts";
import { csvOf, linkTo, sha256, temporaryDirectory } from "../download/ready-report.ts";
import { startStorage } from "../download/storage.ts";
import type { StoredFile } from "../download/storage.ts";

const body = csvOf(2_000);

/** A job whose file lies in a storage of this machine, over a journal on disk. */
async function scene(): Promise<{
  readonly directory: string;
  readonly requests: () => number;
  readonly change: (file: StoredFile) => void;
  readonly job: () => ReportJob;
}> {
  const storage = await startStorage({ body, etag: '"e"' });
  const journal = await temporaryDirectory();
  const source = scriptedSource({
    profile: { tier: "lookup" },
    look: [{ is: "ready", reference: "r-1", fileName: "a.csv" }],
    locate: linkTo(storage),
  });
  const local = { ...source, origin: "http://127.0.0.1", linkHosts: ["127.0.0.1"] };
  return {
    directory: await temporaryDirectory(),
    requests: () => storage.seen.length + source.calls.length,
    change: (file) => void (storage.file = file),
    job: () => createReportKit({ journal: fileJournal(journal) }).report(local, { report: "a" }),
  };
}

const received = (error: unknown): unknown => error;

it("a function gets the verified file and the delivery's id; a later run calls it no more, though the file was moved away", async () => {
  const { directory, requests, job } = await scene();
  const files: ConsumedFile[] = [];
  const target = toConsumer(
    directory,
    async (file) => {
      expect(sha256(await readFile(file.path))).toBe(file.sha256);
      files.push(file);
    },
    { removeAfter: true },
  );
  const made = await job().deliver(target);
  expect(files).toMatchObject([
    {
      deliveryId: made.deliveryId,
      source: "scripted/test",
      reportType: "scripted",
      bytes: body.length,
      sha256: sha256(body),
      name: "a.csv",
      corrects: undefined,
      signal: expect.any(AbortSignal),
    },
  ]);
  await expect(stat(files[0]?.path ?? "")).rejects.toMatchObject({ code: "ENOENT" });
  const sent = requests();
  expect(await job().deliver(target)).toEqual({ ...made, file: undefined });
  expect(files).toHaveLength(1);
  expect(requests()).toBe(sent);
});

it("a function that throws is called again by the next run, under the same id", async () => {
  const { directory, job } = await scene();
  const ids: string[] = [];
  const target = toConsumer(directory, ({ deliveryId }) => {
    ids.push(deliveryId);
    if (ids.length === 1) throw new Error("the ledger is away");
  });
  expect(await job().deliver(target).catch(received)).toMatchObject({ message: "the ledger is away" });
  await job().deliver(target);
  expect(ids).toEqual([ids[0], ids[0]]);
});

it("a function gets what a delivery corrects only where the bytes differ", async () => {
  const { directory, change, job } = await scene();
  const corrections: unknown[] = [];
  const target = toConsumer(toDirectory(directory), ({ corrects }) => void corrections.push(corrects));
  const deliver = (): Promise<Delivery<ReportFile>> => job().deliver(target, { again: true });
  const first = await deliver();
  const same = await deliver();
  change({ body: csvOf(2_100), etag: '"f"' });
  const other = await deliver();
  const corrects = { deliveryId: same.deliveryId, sha256: first.sha256 };
  expect(corrections).toEqual([undefined, undefined, corrects]);
  expect(other).toMatchObject({ corrects, sha256: sha256(csvOf(2_100)) });
});

it("a function is no target of a download: the error names job.deliver, and nothing is sent", async () => {
  const { directory, requests, job } = await scene();
  const error = await job()
    .download(toConsumer(directory, () => undefined))
    .catch(received);
  expect(error).toMatchObject({ name: "ReportRequestError", expected: expect.stringContaining("job.deliver") });
  expect(requests()).toBe(0);
});

it.each([
  ["place", () => toConsumer(7 as unknown as string, () => undefined)],
  ["consume", () => toConsumer("out", "x" as unknown as () => void)],
  ["removeafter", () => toConsumer("out", () => undefined, { removeafter: true } as object)],
  ["removeAfter", () => toConsumer("out", () => undefined, { removeAfter: 1 as unknown as boolean })],
])("a wrong %s is refused at once", (field, make) => {
  expect(make).toThrow(expect.objectContaining({ name: "ReportRequestError", field }));
});
