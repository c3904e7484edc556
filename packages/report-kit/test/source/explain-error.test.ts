import { ProviderError, TransportError } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { explainByTable, explainError } from "../../src/source/explain-error.ts";
import type { ErrorRow } from "../../src/source/explain-error.ts";
import type { SourceCall } from "../../src/source/report-source.ts";

const answered = (status: number, retryAfterMs?: number): ProviderError =>
  new ProviderError({
    code: "their_word",
    message: `it answered ${status}.`,
    provider: "test",
    operationId: "op",
    status,
    retryAfterMs,
  });
const lost = (maybeSent: boolean): TransportError =>
  new TransportError({ code: "network", message: "lost", provider: "test", operationId: "op", maybeSent });
const call = { key: "k", now: 7 } as SourceCall; // of a call, what these rows read
const phases = ["create", "look", "find"] as const;

describe("what an error means unless a source says otherwise", () => {
  // Every status, written out: what a create, a look and a find make of it.
  it.each([
    [[401, 403], "denied", "denied", "denied"],
    [[425, 429], "unreachable", "unreachable", "unreachable"],
    [[408], "unclear", "unreachable", "unreachable"],
    [[400, 402, 404, 405, 406, 409, 410, 411, 413, 415, 418, 422, 423, 451, 499], "refused", "unknown", "searching"],
    [[300, 301, 302, 304, 307, 399, 500, 501, 502, 503, 504, 507, 599], "unclear", "unreachable", "unreachable"],
  ])("HTTP %j", (statuses, ...meanings) => {
    for (const status of statuses) {
      expect(phases.map((during) => explainError(answered(status), during)?.is)).toEqual(meanings);
    }
  });

  it("a refused create has a code of ours, and the provider's message", () => {
    const error = answered(422);
    expect(explainError(error, "create")).toEqual({
      is: "refused",
      code: "http-422",
      message: "it answered 422.",
      error,
    });
  });

  it("a time that the provider asks for is kept", () => {
    expect(explainError(answered(429, 9_000), "look")).toMatchObject({ retryAfterMs: 9_000 });
    expect(explainError(answered(503, 9_000), "create")).toMatchObject({ is: "unclear", retryAfterMs: 9_000 });
    expect(explainError(answered(404, 9_000), "look")).toMatchObject({ is: "unknown", retryAfterMs: 9_000 });
  });

  it("a lost request is unclear where it may have made something", () => {
    expect(phases.map((during) => explainError(lost(true), during)?.is)).toEqual([
      "unclear",
      "unreachable",
      "unreachable",
    ]);
    expect(explainError(lost(false), "create")?.is).toBe("unreachable");
  });

  it("anything else means nothing here", () => {
    for (const error of [new Error("x"), undefined, null, "x", { status: 404 }]) {
      expect(explainError(error, "create")).toBeUndefined();
    }
  });
});

describe("a source's own table of errors", () => {
  const rows: readonly ErrorRow[] = [
    { status: [404], where: ({ message }) => message.includes("nobody"), look: "denied" },
    { status: [404], look: "absent" },
    { status: "4xx", create: (error, { key }) => ({ is: "pending", status: error.message, reference: key }) },
    { status: "any", find: "undecided" },
  ];

  it("is read from the top, by what was asked", () => {
    const meanings = (status: number) =>
      phases.map((during) => explainByTable(rows, answered(status), during, call)?.is);
    expect(meanings(404)).toEqual(["pending", "absent", "searching"]);
    expect(meanings(410)).toEqual(["pending", undefined, "searching"]);
    expect(meanings(500)).toEqual([undefined, undefined, "searching"]);
    expect(explainByTable(rows, answered(404), "create", call)).toEqual({
      is: "pending",
      status: "it answered 404.",
      reference: "k",
    });
  });

  it("says nothing of what is no answer", () => {
    expect(explainByTable(rows, lost(true), "find", call)).toBeUndefined();
  });
});
