import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/index.ts";
import { failure, families, meaningOf, observe, runInSteps, sandboxScene, weekTask } from "./scene.ts";
import type { Scripted } from "./scene.ts";

describe("a look", () => {
  it.each(families)(
    "asks the task by one request, and is ready with the file's name, for %s reports",
    async (family, reports) => {
      const { clock, sandbox, client } = await sandboxScene();
      const source = reports(client, { account: "1" });
      await observe(source, "create");
      const reference = String(sandbox.reports[0]?.id);
      expect(await observe(source, "look", { reference })).toEqual({ is: "pending", status: "pending", reference });
      clock.advance(60_000);
      expect(await observe(source, "look", { reference })).toEqual({ is: "pending", status: "processing", reference });
      clock.advance(60_000);
      const fileName = expect.stringMatching(new RegExp(`^${family}-report-.*\\.csv$`));
      expect(await observe(source, "look", { reference })).toEqual({ is: "ready", reference, fileName });
      const task = {
        method: "GET",
        path: `/v1/account/${family}_report/task/${reference}`,
        query: {},
        body: undefined,
      };
      expect(sandbox.requests.slice(1)).toMatchObject([task, task, task]);
      expect(sandbox.violations).toEqual([]);
    },
  );

  const reference = "99336983670";
  const csv = "report.csv";
  it.each<[string, object, Observation]>([
    ["processed", { status: "processed", file_name: csv }, { is: "ready", reference, fileName: csv }],
    ["enabled", { status: "enabled", file_name: csv }, { is: "ready", reference, fileName: csv }],
    [
      "available, with another id and files, as of a test account",
      {
        id: "0b1f1f0e-5d6c-4f0e-9f57-5a4de2d0a1b2",
        status: "available",
        files: [
          { type: "json", name: "rows.json" },
          { type: "csv", name: csv },
        ],
      },
      { is: "ready", reference, fileName: csv },
    ],
    [
      "processed without a name",
      { status: "processed" },
      { is: "pending", status: "processed, no file name yet", reference },
    ],
    [
      "processed with an empty name",
      { status: "processed", file_name: "" },
      { is: "pending", status: "processed, no file name yet", reference },
    ],
    [
      "processed with a name that is no text",
      { status: "processed", file_name: 7, files: "x" },
      { is: "pending", status: "processed, no file name yet", reference },
    ],
    [
      "available with a JSON alone",
      { status: "available", files: [{ type: "json", name: "rows.json" }] },
      { is: "pending", status: "available, no file name yet", reference },
    ],
    [
      "pending with a name and a report_id",
      { status: "pending", file_name: csv, report_id: 17012160 },
      { is: "pending", status: "pending", reference },
    ],
    ["processing", { status: "processing" }, { is: "pending", status: "processing", reference }],
  ])("at a task that is %s", async (_, task, meaning) => {
    expect(await meaningOf("look", [200, { ...weekTask, ...task }])).toEqual(meaning);
  });

  it.each(["failed", "deleted"])("at a task that is %s says so", async (status) => {
    expect(await meaningOf("look", [200, { ...weekTask, status, file_name: csv }])).toMatchObject({
      is: "failed",
      code: status,
      reference,
    });
  });

  it.each([
    "config",
    "list",
    "search",
    "schedule",
    "task",
    "LIST",
    ".",
    "..",
    "../config",
    "a/b",
    "a\\b",
    "a\u0000b",
    "a\ud800b",
    "x".repeat(256),
    " ",
  ])("never takes %j for a file's name", async (file_name) => {
    const seen = await meaningOf("look", [200, { ...weekTask, status: "processed", file_name }]);
    expect(seen).toMatchObject({ is: "unknown", reference });
  });

  it("is ready by no status but three, whatever the answer holds", async () => {
    const value = fc.oneof(fc.constantFrom("processed", "available", "enabled", "report.csv", "csv"), fc.jsonValue());
    const task = fc.oneof(
      fc.jsonValue().filter((json) => typeof json === "object" && json !== null),
      fc.record(
        {
          id: value,
          status: value,
          file_name: value,
          files: fc.oneof(fc.array(fc.record({ type: value, name: value })), value),
        },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(task, async (body) => {
        const seen = await meaningOf("look", [200, body]);
        const { status } = body as { status?: unknown }; // of any object
        const readyStatus = ["processed", "available", "enabled"].some((word) => word === status);
        const named = seen.is === "ready" && /^[^/\\]+$/.test(seen.fileName ?? "");
        expect(seen.is !== "ready" || (readyStatus && named)).toBe(true);
        expect(["ready", "pending", "failed", "unknown"]).toContain(seen.is);
        expect(seen).toHaveProperty("reference", reference);
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it.each<[string, Scripted]>([
    ["400 Invalid taskID", failure(400, "bad_request", "Invalid taskID")],
    ["400 internal_error", failure(400, "internal_error", "Internal error")],
    ["403 internal_error", failure(403, "internal_error", "Internal error")],
    ["403 Invalid taskID", failure(403, "forbidden", "Invalid taskID")],
    ["404 task_not_found_for_user", failure(404, "task_not_found_for_user", "Task not found for user.")],
    ["404 with an empty body", [404]],
  ])("answered by %s goes on in the list, which the reference remembers", async (_, answer) => {
    const reference = "list:99336983670";
    expect(await meaningOf("look", answer)).toEqual({ is: "absent", status: "not found as a task", reference });
  });

  it.each<[string, Scripted, Partial<Observation>]>([
    [
      "a 403 about the credentials",
      failure(403, "forbidden", "At least one policy returned UNAUTHORIZED."),
      { is: "denied" },
    ],
    ["a 403 page", [403], { is: "denied" }],
    ["a wrong token", failure(401, "Invalid token", "Invalid token."), { is: "denied" }],
    ["a failure", failure(500, "internal_error", "Internal error."), { is: "unreachable" }],
    [
      "too many requests",
      [429, { message: "slow down" }, { "retry-after": "30" }],
      { is: "unreachable", retryAfterMs: 30_000 },
    ],
    ["a lost connection", new TypeError("fetch failed"), { is: "unreachable" }],
    ["an empty success", [200], { is: "unreachable" }],
  ])("answered by %s says nothing about the report", async (_, answer, meaning) => {
    expect(await meaningOf("look", answer)).toMatchObject(meaning);
  });

  it.each<[string, unknown, Observation]>([
    [
      "shows it pending",
      [{ ...weekTask, id: 1 }, weekTask],
      { is: "pending", status: "pending", reference: "list:99336983670" },
    ],
    [
      "shows it ready",
      [{ ...weekTask, status: "processed", file_name: csv }],
      { is: "ready", reference, fileName: csv },
    ],
    [
      "shows it by an id of text, with results around it",
      { results: [{ id: reference, status: "processed", file_name: csv }] },
      { is: "ready", reference, fileName: csv },
    ],
    ["does not show it", [], { is: "absent", status: "not listed", reference }],
    ["is no list", { message: "x" }, { is: "absent", status: "not listed", reference }],
  ])("in a list that %s", async (_, list, meaning) => {
    expect(await meaningOf("look", [200, list], "list:99336983670")).toEqual(meaning);
  });

  it.each(families)(
    "at a report that neither task nor list show ends after a bounded number of looks, for %s reports",
    async (family, reports) => {
      const { clock, sandbox, client } = await sandboxScene({ readyAfterMs: 24 * 3_600_000 });
      sandbox.fail(
        { path: /\/task\// },
        { kind: "status", status: 404, body: { error: "task_not_found_for_user" } },
        1_000,
      );
      sandbox.fail({ path: /\/list$/ }, { kind: "status", status: 200, body: [] }, 1_000);
      const startedAt = clock.now();
      const outcome = await runInSteps(clock, () => reports(client, { account: "1" }));
      expect(outcome).toMatchObject({ status: "failed", code: "no-longer-known", made: true, retryable: false });
      const tookMs = clock.now() - startedAt;
      // The list of release reports shows finished ones alone: those get more time.
      const [least, most] = family === "settlement" ? [10 * 60_000, 30 * 60_000] : [2 * 3_600_000, 3 * 3_600_000];
      expect(tookMs).toBeGreaterThanOrEqual(least);
      expect(tookMs).toBeLessThan(most);
      expect(sandbox.requests.length).toBeLessThan(60);
    },
  );

  it.each(families)(
    "finds a report whose task is never answered for, each step in another process, for %s reports",
    async (family, reports) => {
      const { clock, sandbox, client } = await sandboxScene();
      sandbox.fail(
        { path: /\/task\// },
        { kind: "status", status: 403, body: { message: "Internal error", error: "internal_error", status: 403 } },
        1_000,
      );
      const outcome = await runInSteps(clock, () => reports(client, { account: "1" }));
      expect(outcome).toMatchObject({ status: "ready", reference: sandbox.reports[0]?.id, adopted: false });
      expect(sandbox.made()).toBe(1);
      const requestsTo = (part: string): number => sandbox.requests.filter(({ path }) => path.includes(part)).length;
      // A settlement report is listed while it is pending, so that the task is tried once; a release report is not, and
      // its task is tried again after each list without it.
      const [tasks, lists] = [requestsTo("/task/"), requestsTo("/list")];
      expect(lists).toBeGreaterThan(1);
      expect(tasks).toBe(family === "settlement" ? 1 : lists);
    },
  );
});
