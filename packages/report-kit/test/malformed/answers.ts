import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";

/** Heavy runs are for the soak; the first two repeat a failure, or run on. */
export const soak: boolean = process.env["REPORT_KIT_SOAK"] === "1";
export const runs: number = Number(process.env["REPORT_KIT_FUZZ_RUNS"] ?? (soak ? 10_000 : 300));
export const seed: number = Number(process.env["REPORT_KIT_FUZZ_SEED"] ?? 2026);

/**
 * An answer as it goes over a wire, malformed or not. In its texts `{carried}` stands for the credentials that the request
 * carried, `{origin}` for where it was sent, `{elsewhere}` for an origin that is nobody's business.
 */
export interface WireAnswer {
  readonly statusLine: string;
  /** Answers before the answer. */
  readonly informational: string;
  /** Whole lines. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array;
  readonly coding: Coding;
  readonly framing: Framing;
  readonly end: End;
}

/** How the body is coded. Its Content-Encoding is a header like the others, and may say so or not. */
type Coding = "none" | "gzip" | "deflate" | "br" | "half a gzip" | "a damaged gzip";
/** How the answer says where its body ends. */
type Framing =
  | "by length"
  | "by chunks"
  | "by close"
  | "too short a length"
  | "too long a length"
  | "two lengths"
  | "no length"
  | "length and chunks"
  | "chunks without end"
  | "chunks of nonsense";
/** What becomes of the connection: `stall` sends one half of the answer, and stays. */
type End = "close" | "stay" | "reset" | "reset halfway" | "stall";

/** Never comes to an end by itself: the client's time-out is what ends it. */
export function stalls({ end, framing, informational, statusLine }: WireAnswer): boolean {
  return (
    / 1\d\d\b/.test(statusLine) ||
    end === "stall" ||
    (end === "stay" && framing !== "by length") ||
    informational.includes(" 101 ")
  );
}

/** Any value in the place of another. `{carried}` is what an echo of the request would put there. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0.1,
    1e308,
    "",
    " ",
    [],
    {},
    [[]],
    { "": null },
    "\u0000",
    "\ud800",
    "../..",
    "unheard-of",
    "{carried}",
    "Bearer {carried}",
    "https://files.s3.amazonaws.com/r.csv?X-Amz-Signature=5f0c8a529d3e8b41",
    "x".repeat(3_000),
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Values like an example: members missing, more of them, some of other types, of unknown words, or null. */
export function mutated(example: unknown, replacement: fc.Arbitrary<unknown> = odd): fc.Arbitrary<unknown> {
  const kept = Array.isArray(example)
    ? fc.tuple(...example.map((item) => mutated(item, replacement)))
    : typeof example === "object" && example !== null
      ? mutatedMembers(example, replacement)
      : fc.constant(example);
  return fc.oneof({ weight: 12, arbitrary: kept }, { weight: 1, arbitrary: replacement });
}

function mutatedMembers(example: object, replacement: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(
    Object.entries(example).map(([name, value]) => [name, mutated(value, replacement)] as const),
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(members) },
    { weight: 1, arbitrary: fc.record(members, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.record({ ...members, unheard_of: replacement }) },
  );
}

const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

/** Bodies that nobody documents. */
const nonsense: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json(),
  fc.uint16Array({ maxLength: 100 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom<string | Uint8Array>(
    "",
    " ",
    "{",
    "null",
    "true",
    "0",
    '"text"',
    "[]",
    "{}",
    "[null]",
    '{"data":null}',
    '{"data":[]}',
    '{"data":{"report":null}}',
    '{"results":null}',
    '{"error":{}}',
    '{"error":{"message":"{carried}"}}',
    '{"message":"{carried}","code":"{carried}","headers":{"authorization":"{carried}"}}',
    '{"__proto__":{"status":"ready"},"constructor":null,"toString":1}',
    '{"a":1}{"a":2}',
    '{"a":1,}',
    "\ufeff{}",
    "<html><body>502 Bad Gateway {carried}</body></html>",
    "{carried}",
    "{carried} ".repeat(200),
    "\u0000".repeat(50),
    "event: message\ndata: {}\n\n",
    nested("[", "]", 5_000),
    nested('{"a":', "}", 5_000),
    `{"a":${nested("[", "]", 5_000)}}`,
    `{"message":"${"eyJ-".repeat(4_000)}"}`,
    `{"message":"${"x".repeat(70_000)}"}`,
    new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]),
    new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
    new Uint8Array(gzipSync("{}")),
  ),
);

/** Bodies of an operation whose description has these examples. */
export function bodyLike(examples: readonly unknown[]): fc.Arbitrary<string | Uint8Array> {
  if (examples.length === 0) return nonsense;
  const like = fc
    .oneof(...examples.map((example) => mutated(example)))
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return fc.oneof(like, nonsense);
}

const printable = fc.stringMatching(/^[ -~]{0,40}$/);
const header = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  value.map((text) => `${name}: ${text}`);
const json = fc.constant("content-type: application/json");
const mostly = <Value>(usual: fc.Arbitrary<Value>, weight: number, ...others: fc.Arbitrary<Value>[]) =>
  fc.oneof({ weight, arbitrary: usual }, ...others);

const contentType = mostly(
  json,
  4,
  header("content-type", printable),
  header(
    "content-type",
    fc.constantFrom("text/csv", "text/html; charset=x", "application/json;;", "*/*", "text/plain", "{carried}"),
  ),
  header(
    "Content-Type",
    fc.constantFrom("application/problem+json", "application/json; charset=utf-16", "multipart/byteranges"),
  ),
);
const retryAfter = header(
  "retry-after",
  fc.oneof(
    printable,
    fc.constantFrom(
      "0",
      "-1",
      "1.5",
      "1e3",
      "120",
      "86400",
      "9".repeat(20),
      "9".repeat(400),
      "Sat, 21 Nov 2026 12:00:30 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sat, 31 Feb 2026 25:61:61 GMT",
    ),
  ),
);
const redirectTo = header(
  "location",
  fc.oneof(
    printable,
    fc.webUrl(),
    fc.constantFrom(
      "/",
      "//",
      "http://",
      "?",
      "#",
      "",
      "/v1/again",
      "{origin}/v1/again",
      "{origin}@elsewhere.invalid/",
      "{elsewhere}/take",
      "{elsewhere}/take?token={carried}",
      "//{carried}@127.0.0.1/",
      "http://localhost:1/",
      "data:application/json,{}",
      "file:///etc/passwd",
      "javascript:0",
      "/{carried}",
      "\\\\127.0.0.1\\x",
      "x".repeat(9_000),
    ),
  ),
);
const encoding = header(
  "content-encoding",
  fc.constantFrom("gzip", "deflate", "br", "identity", "x", "gzip, gzip", "zstd", "GZIP", ""),
);
const other = fc.oneof(
  header("date", fc.oneof(printable, fc.constant("Thu, 01 Jan 1970 00:00:00 GMT"))),
  header("x-request-id", fc.oneof(printable, fc.constant("{carried}"))),
  header("set-cookie", fc.constant("session={carried}; Domain=.com")),
  header("connection", fc.constantFrom("close", "keep-alive", "upgrade", "x")),
  header("content-disposition", fc.oneof(printable, fc.constant('attachment; filename="../../{carried}"'))),
  header("content-range", fc.constantFrom("bytes 0-1/2", "bytes */*", "x")),
  header("etag", fc.constantFrom('"e"', "e", 'W/"e"')),
);
/** Lines that are no headers, or should not be there. */
const broken = fc.constantFrom(
  "no colon",
  "na me: x",
  ": x",
  "x-nul: a\u0000b",
  "x-bytes: \u00ff\u0080",
  " folded: x",
  "x-bare: a\rb",
  "content-length: abc",
  "content-length: -1",
  "content-length: 99999999999999999999",
  "transfer-encoding: gzip",
  "transfer-encoding: chunked, chunked",
  `x-huge: ${"x".repeat(20_000)}`,
  "\n",
);
const headers = fc
  .tuple(
    mostly(contentType, 9, fc.constant("x-none: 1")),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.tuple(retryAfter)),
    fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.tuple(redirectTo)),
    fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, fc.tuple(encoding)),
    fc.array(other, { maxLength: 2 }),
    fc.oneof({ weight: 12, arbitrary: fc.constant([]) }, fc.tuple(broken)),
  )
  .map((lines) => lines.flat());

const usualStatuses = fc.constantFrom(
  201,
  202,
  203,
  204,
  205,
  206,
  301,
  302,
  303,
  304,
  307,
  308,
  400,
  401,
  401,
  403,
  404,
  404,
  408,
  409,
  422,
  425,
  429,
  500,
  500,
  502,
  503,
  504,
);
const statusLine = mostly(
  fc
    .oneof({ weight: 4, arbitrary: usualStatuses }, fc.integer({ min: 200, max: 599 }))
    .map((status) => `HTTP/1.1 ${status} Said`),
  12,
  fc.integer({ min: 0, max: 1_200 }).map((status) => `HTTP/1.1 ${status}`),
  fc.constantFrom(
    "HTTP/1.0 200 OK",
    "HTTP/2 200",
    "HTTP/1.1 abc",
    "HTTP/1.1 20 0",
    "HTTP/1.1 200 {carried}",
    "HTTP/1.1 200 \u00e9\u0000",
    "ICY 200 OK",
    "http/1.1 200 ok",
    "",
    "\u0016\u0003\u0001",
    "{",
  ),
);
const informational = mostly(
  fc.constant(""),
  30,
  fc.constantFrom(
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n",
    "HTTP/1.1 102 Processing\r\n\r\n".repeat(20),
    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    "\r\n\r\n",
  ),
);
const framing = mostly<Framing>(
  fc.constantFrom<Framing>("by length", "by length", "by chunks", "by close"),
  6,
  fc.constantFrom<Framing>(
    "too short a length",
    "too long a length",
    "two lengths",
    "no length",
    "length and chunks",
    "chunks without end",
    "chunks of nonsense",
  ),
);

/** Answers of any kind, with these bodies. */
export function wireAnswers(body: fc.Arbitrary<string | Uint8Array>): fc.Arbitrary<WireAnswer> {
  return fc.record({
    statusLine,
    informational,
    headers,
    body,
    coding: mostly<Coding>(
      fc.constant<Coding>("none"),
      10,
      fc.constantFrom<Coding>("gzip", "deflate", "br", "half a gzip", "a damaged gzip"),
    ),
    framing,
    end: mostly<End>(
      fc.constantFrom<End>("close", "stay"),
      30,
      fc.constantFrom<End>("reset", "reset halfway", "stall", "reset", "reset halfway"),
    ),
  });
}

/** A well-formed answer of JSON. */
export function wellFormed(value: unknown): WireAnswer {
  return {
    statusLine: "HTTP/1.1 200 OK",
    informational: "",
    headers: ["content-type: application/json"],
    body: JSON.stringify(value),
    coding: "none",
    framing: "by length",
    end: "stay",
  };
}

/** What the placeholders stand for. */
export interface Meaning {
  readonly carried: string;
  readonly origin: string;
  readonly elsewhere: string;
}

/** A text with its placeholders filled. */
export function filled(text: string, { carried, origin, elsewhere }: Meaning): string {
  return text.replaceAll("{carried}", carried).replaceAll("{origin}", origin).replaceAll("{elsewhere}", elsewhere);
}

/** A body as its coding has it. */
export function coded({ body, coding }: Pick<WireAnswer, "body" | "coding">, meaning: Meaning): Buffer {
  const plain = typeof body === "string" ? Buffer.from(filled(body, meaning)) : Buffer.from(body);
  switch (coding) {
    case "none":
      return plain;
    case "gzip":
      return gzipSync(plain);
    case "deflate":
      return deflateSync(plain);
    case "br":
      return brotliCompressSync(plain);
    case "half a gzip": {
      const whole = gzipSync(plain);
      return whole.subarray(0, whole.length / 2);
    }
    case "a damaged gzip": {
      const whole = gzipSync(plain);
      return Buffer.concat([whole.subarray(0, 10), Buffer.from([0xff, 0xff]), whole.subarray(12)]);
    }
  }
}

/** The bytes of an answer. Header texts go out as they are, byte by byte. */
export function wireBytes(answer: WireAnswer, meaning: Meaning): Buffer {
  const body = coded(answer, meaning);
  const [framingHeaders, framed] = frame(body, answer.framing);
  const head = [answer.statusLine, ...answer.headers, ...framingHeaders, "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(answer.informational + filled(head, meaning), "latin1"), framed]);
}

function frame(body: Buffer, framing: Framing): readonly [headers: readonly string[], body: Buffer] {
  const length = (bytes: number): string => `content-length: ${bytes}`;
  const chunked = "transfer-encoding: chunked";
  const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]);
  const chunks = Buffer.concat([...(body.length === 0 ? [] : [chunk]), Buffer.from("0\r\n\r\n")]);
  switch (framing) {
    case "by length":
      return [[length(body.length)], body];
    case "by chunks":
      return [[chunked], chunks];
    case "by close":
      return [["connection: close"], body];
    case "too short a length":
      return [[length(Math.floor(body.length / 2))], body];
    case "too long a length":
      return [[length(body.length + 7)], body];
    case "two lengths":
      return [[length(body.length), length(body.length + 1)], body];
    case "no length":
      return [[], body];
    case "length and chunks":
      return [[length(body.length), chunked], chunks];
    case "chunks without end":
      return [[chunked], chunk];
    case "chunks of nonsense":
      return [[chunked], Buffer.concat([Buffer.from("xyz\r\n"), body])];
  }
}
