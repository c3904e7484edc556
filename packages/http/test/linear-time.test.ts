import { describe, expect, it } from "vitest";
import {
  isLoopbackHost,
  parseHttpDate,
  parseRetryAfter,
  orThrow,
  redactError,
  redactText,
  redactUrl,
  redactValue,
} from "../src/index.ts";
import { parseBaseUrl } from "../src/base-url.ts";
import { secretsIn } from "../src/redact.ts";
import { exampleClient, fakeFetch } from "./example-api.ts";

// Everything that reads what a provider sends, on texts that make an expression try again and again where it can.
const pieces = [
  '"',
  "\\",
  '\\"',
  '"a":',
  '"a":"',
  '"\\',
  '"a":"\\',
  '"a" ',
  "https://",
  "//a",
  "//@",
  "/",
  "?a=",
  "?a",
  "&",
  "&amp;",
  "&#",
  "&#1",
  "&#x1",
  "&a;",
  "#",
  "eyJ",
  "eyJ-",
  "eyJ.",
  "Bearer ",
  "Basic",
  "Bearer a",
  "%",
  "%2",
  "%25",
  "%26",
  "%26a",
  "%3f%26",
  "\\u0026",
  "\\u0026a",
  "\\u002",
  "\\/",
  "%C3",
  "%ff%2b",
  "%ff ",
  "&#9999999;",
  " ",
  "\t",
  "0",
  "9",
  "-",
  ".",
  "=",
  "a",
  "A1",
  "sk_live_",
  "sk_live_Zm9v",
  "c2tfbGl2",
  "GMT",
  "Sun, ",
  "\n",
  "\u0000",
  "é",
  "127.",
  "localhost.",
];
const starts = ["", '{"token":"'];
const ends = ["", "!"];

const secrets = ["sk_live_Zm9vYmFyYmF6", "a".repeat(64), "%25%25%25%25%25%25", "\\\\\\\\\\\\"];
const fail = async (text: string): Promise<unknown> => {
  const client = exampleClient({ fetch: fakeFetch(new Response(text, { status: 400 })), retry: false });
  return client.GET("/reports").then(orThrow).catch(String);
};
const json = (text: string): string => JSON.stringify({ a: text, b: [text] });
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  redactText: (text) => redactText(text, secrets),
  redactUrl,
  redactValue: (text) => redactValue({ text }, secrets),
  redactError: (text) => redactError(Object.assign(new Error(text), { stack: text, code: text }), secrets),
  secretsIn: (text) => secretsIn(json(text)),
  parseRetryAfter: (text) => parseRetryAfter(text, { now: 0, date: text }),
  parseHttpDate: (text) => parseHttpDate(text, 0),
  isLoopbackHost,
  parseBaseUrl: (text) => {
    try {
      return parseBaseUrl(`https://x.test/${text}`);
    } catch {
      return undefined;
    }
  },
};

/** The least time of the processor that some runs took, in milliseconds: what else the machine does can only add to it. */
function leastTime(run: () => unknown, times: number): number {
  let least = Infinity;
  for (let count = 0; count < times; count += 1) {
    const startedAt = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(startedAt);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const small = 2_000;
const factor = 16;

/** Does a text of 16 times the length take more than 64 times as long? A quadratic reader takes 256 times as long. */
function growsFaster(read: (text: string) => unknown, text: (length: number) => string): boolean {
  const [short, long] = [text(small), text(small * factor)];
  // What is quick to the end, or at the second try, proves itself.
  const isSlow = (): boolean => leastTime(() => read(long), 1) > 20;
  if (!isSlow() || !isSlow()) return false;
  const base = Math.max(
    leastTime(() => read(short), 7),
    0.3,
  );
  return leastTime(() => read(long), 5) > base * factor * 4;
}

describe("what reads a provider's text takes time in proportion to it:", () => {
  it.each(Object.entries(readers))("%s", { timeout: 120_000 }, (_, read) => {
    const found: string[] = [];
    for (const start of starts)
      for (const piece of pieces)
        for (const end of ends)
          if (growsFaster(read, (length) => start + piece.repeat(length / piece.length) + end))
            found.push(JSON.stringify([start, piece, end]));
    expect(found).toEqual([]);
  });

  it("an error's whole way, as a body of 1 MiB", { timeout: 120_000 }, async () => {
    for (const piece of pieces.filter((_, index) => index % 4 === 0))
      expect(typeof (await fail(piece.repeat(1_048_576 / piece.length)))).toBe("string");
  });

  it("and a reader that does not is found", () => {
    const quadratic = (text: string): string => text.replace(/a+$/, "");
    expect(growsFaster(quadratic, (length) => `${"a".repeat(length / 4)}!`)).toBe(true);
  });
});
