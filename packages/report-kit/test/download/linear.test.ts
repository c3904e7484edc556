import { parseRetryAfter, redactText } from "@report-kit/http";
import { describe, expect, it } from "vitest";
import { createContentCheck } from "../../src/download/content/content-check.ts";
import { errorPageIn, recognise } from "../../src/download/content/file-type.ts";
import { createGzipCheck } from "../../src/download/content/gzip-check.ts";
import { createLineCount } from "../../src/download/content/line-count.ts";
import { createXmlCheck } from "../../src/download/content/xml-check.ts";
import { createZipEnding } from "../../src/download/content/zip-ending.ts";
import { checkLink } from "../../src/download/link/check-link.ts";
import { evidenceOf } from "../../src/download/link/evidence.ts";
import { readAnswer } from "../../src/download/link/answer.ts";
import { dispositionName } from "../../src/download/name/content-disposition.ts";
import { nameFile } from "../../src/download/name/file-name.ts";
import { safeName } from "../../src/download/name/safe-name.ts";
import { readNote } from "../../src/download/part-note.ts";
import { parseNotice, reportOf } from "../../src/webhook/monato-notice.ts";

/** Everything that reads what a provider or a storage sends, given it as a text. */
const period = { from: "2026-11-01", to: "2026-11-30" };
const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  "the file type": (text) => recognise(Buffer.from(text)),
  "an XML document": (text) => {
    const check = createXmlCheck();
    check.update(Buffer.from(text));
    return [check.whole, errorPageIn(check)];
  },
  "a CSV's lines": (text) => {
    const count = createLineCount();
    count.update(Buffer.from(text));
    return count.more;
  },
  "a gzip": (text) => {
    const check = createGzipCheck(() => {});
    check.update(Buffer.from(`\u001f\u008b\b\u0010\0\0\0\0\0\0${text}`, "latin1"));
  },
  "a zip's end": (text) => {
    const ending = createZipEnding();
    ending.update(Buffer.from(text, "latin1"));
    return ending.read();
  },
  "a whole file, in pieces": (text) => {
    const check = createContentCheck(1e9);
    const bytes = Buffer.from(text);
    try {
      for (let at = 0; at < bytes.length; at += 16_384) check.update(bytes.subarray(at, at + 16_384));
      return check.finish({ expects: undefined, name: text, link: undefined });
    } catch (error) {
      return error;
    }
  },
  "an excerpt for an error": (text) => evidenceOf(Buffer.from(text), new URL("https://h.example/?s=0123456789")),
  "a Content-Disposition": (text) => [dispositionName(text), dispositionName(`attachment; filename=${text}`)],
  "a safe name": safeName,
  "a name for a file": (text) =>
    nameFile({ key: "0", reportType: "r", fileName: text, expects: undefined, period }, "text", {
      link: undefined,
      names: [text],
      mediaTypes: [text],
    }),
  "a link": (text) => {
    try {
      return checkLink(`https://${text}`, { hosts: ["*.example.com", "a.*.b*c.com"], loopback: false });
    } catch (error) {
      return error;
    }
  },
  "the headers of an answer": (text) => {
    const value = text.replaceAll(/[^ -~]/g, "x");
    const headers = new Headers({
      "content-range": value,
      etag: value,
      "content-length": value,
      "content-encoding": value,
    });
    return readAnswer(206, headers, { bytes: 5, validator: '"e"', totalBytes: undefined }, true);
  },
  "a note beside a part": (text) =>
    readNote({ v: 1, name: text, mediaType: text, validator: `"${text}`, sha256: text, bytes: 1, totalBytes: 1 }),
  "Retry-After": (text) => parseRetryAfter(text, { now: 0, date: text }),
  "redaction of a text": (text) => redactText(text, ["0123456789"]),
  "a webhook's notice": (text) => {
    const members = {
      client_id: text,
      file_type: "ACCOUNT_STATEMENT",
      period: "monthly",
      file_name: text,
      account_id: text,
    };
    const read = parseNotice(Buffer.from(JSON.stringify(members)));
    return [parseNotice(Buffer.from(text)), read && reportOf(read.notice)];
  },
};

/** What is repeated, before and after something that never fits: each is a way to make an expression backtrack. */
const hostile: Readonly<Record<string, readonly [before: string, repeated: string, after: string]>> = {
  slashes: ["", "/", "x"],
  "slashes alone": ["", "\\/", ""],
  dots: ["", ".", "x"],
  blanks: ["", " ", "x"],
  "blanks and dots": ["x", " .", "x"],
  commas: ["", ",", "x"],
  quotes: ['"', '""', "x"],
  "quoted lines": ["", '"\n', "x"],
  backslashes: ['attachment; filename="', "\\", ""],
  parameters: ["attachment", "; a=b", "; filename"],
  semicolons: ["attachment", ";", "="],
  comments: ['<?xml version="1.0"?>', "<!-- x -->", "<Document/>"],
  "open comments": ["", "<!--", ""],
  "comments that end oddly": ["<Document/>", "<!-- -- -", ">"],
  instructions: ["<Document/>", "<?a ?>", "x"],
  "less-than signs": ["", "<", ""],
  "end tags": ["<a>", "</", "a>"],
  attributes: ["<a ", "xmlns:b='c' ", "/>"],
  "attributes without a value": ["<a ", "b=", ">"],
  "quotes in a tag": ["<a ", "b=\"'", ">"],
  brackets: ["<!DOCTYPE a ", "[", ">"],
  "names of elements": ["<", "AccessKeyIdToken", ">x"],
  JSON: ["", '{"a":[', ""],
  "JSON names": ["", '"token":"', ""],
  "JSON escapes": ['{"secret":"', '\\"', ""],
  digits: ["", "1", "x"],
  "digits and blanks": ["", "1 ", "x"],
  "labels of a host": ["", "a.", "example.com/"],
  "letters of a host": ["", "ab", ".com/"],
  signatures: ["", "eyJ.", "x"],
  credentials: ["", "Bearer ", ""],
  queries: ["https://h/?", "a=b&", ""],
  "user info": ["//", "//a", ""],
  "zip records": ["PK\u0003\u0004", "PK\u0005\u0006", ""],
  NULs: ["", "\0", "x"],
  "combining marks": ["a", "\u0301\u0323", ""],
  surrogates: ["", "\ud83d", "x"],
};

const sizes = [16_384, 131_072] as const;
/** Eight times the input: eight times the work where it is linear, and 64 times where it is quadratic. */
const mostTimes = 24;
/** What is over so quickly at the large size can't be slow. */
const nothingMs = 15;

/** Processor time of this process: other programs on the machine do not count. */
function cpuMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe.each(Object.entries(parsers))("reading %s", (_what, parse) => {
  it.each(Object.entries(hostile))("takes time in proportion to its length: %s", (_name, [before, repeated, after]) => {
    const textOf = (size: number): string => before + repeated.repeat(size / repeated.length) + after;
    const [small, large] = sizes.map(textOf) as [string, string]; // two sizes
    const once = (text: string): number => cpuMs(() => parse(text));
    // The garbage collector and the compiler strike at random: what is slow by itself is slow each time.
    const isLinear = (): boolean => {
      const largeMs = once(large);
      return largeMs < nothingMs || largeMs < mostTimes * Math.max(once(small), nothingMs / mostTimes);
    };
    expect([1, 2, 3, 4, 5].some(isLinear)).toBe(true);
  });
});

it("the check for linear time fails for an expression that backtracks", () => {
  const quadratic = (size: number): unknown => /[/\\]+$/.exec(`${"/".repeat(size)}x`);
  const [small, large] = [4096, 32_768].map((size) => cpuMs(() => quadratic(size))) as [number, number]; // two sizes
  expect(large).toBeGreaterThan(mostTimes * Math.max(small, nothingMs / mostTimes));
});
