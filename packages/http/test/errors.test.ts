import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ProviderError, ReportKitError, RequestRefusedError, TransportError } from "../src/index.ts";

const provider = new ProviderError({
  code: "2",
  message: "m",
  provider: "circle",
  operationId: "getReport",
  status: 400,
});
const transport = new TransportError({
  code: "network",
  message: "m",
  provider: "circle",
  operationId: "getReport",
  maybeSent: true,
  cause: new Error("c"),
});
const refused = new RequestRefusedError({ field: "date", expected: "a day", received: "nothing" });

describe("the family of errors", () => {
  it("knows its members, and no others", () => {
    for (const error of [provider, transport, refused]) {
      expect(ReportKitError.isInstance(error)).toBe(true);
      expect(error).toBeInstanceOf(Error);
      expect([ProviderError, TransportError, RequestRefusedError].filter((kind) => kind.isInstance(error))).toEqual([
        error.constructor,
      ]);
    }
    for (const other of [new Error("x"), null, undefined, "text", {}, { name: "ProviderError" }])
      expect(ProviderError.isInstance(other)).toBe(false);
  });

  it("knows the errors of another copy of the package", async () => {
    // A query makes another module of the same file, as a second copy of the package would be.
    const path = "../src/errors.ts?copy";
    const copy = (await import(/* @vite-ignore */ path)) as typeof import("../src/errors.ts"); // the same file
    const foreign = new copy.ProviderError({
      code: "2",
      message: "m",
      provider: "circle",
      operationId: undefined,
      status: 500,
    });
    expect(foreign).not.toBeInstanceOf(ProviderError);
    expect(ProviderError.isInstance(foreign)).toBe(true);
    expect(TransportError.isInstance(foreign)).toBe(false);
  });

  it("has code, phase, retryable, bookmark, name, message and cause, and shows no brand", () => {
    expect(transport).toMatchObject({
      name: "TransportError",
      code: "network",
      retryable: true,
      cause: { message: "c" },
    });
    expect([transport.phase, transport.bookmark]).toEqual([undefined, undefined]);
    expect(provider).toMatchObject({ retryable: false });
    expect("cause" in provider).toBe(false);
    expect(refused.message).toBe("date: expected a day, got nothing. Nothing was sent.");
    expect(
      new ReportKitError({ code: "x", message: "m", retryable: undefined, phase: "wait", bookmark: "b" }),
    ).toMatchObject({ retryable: false, phase: "wait", bookmark: "b" });
    expect(inspect(provider)).not.toContain("Symbol");
    expect(JSON.parse(JSON.stringify(refused))).toEqual({
      name: "RequestRefusedError",
      code: "invalid-request",
      phase: "request",
      retryable: false,
      field: "date",
      expected: "a day",
      received: "nothing",
    });
  });
});
