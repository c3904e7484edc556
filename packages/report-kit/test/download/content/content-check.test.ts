import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Claim } from "../../../src/download/content/content-check.ts";
import { createContentCheck } from "../../../src/download/content/content-check.ts";
import { DownloadError } from "../../../src/download/index.ts";
import { zipOf } from "../../unpack/zip.ts";

type Expected = Claim["expects"];

/** What a file is found to be, the same in whatever pieces it comes: its type and whether it is empty, or the error's code. */
function found(body: Uint8Array | string, expects?: Expected, name = "report"): string {
  const bytes = Buffer.from(body);
  const answers = [1, 3, 1000, 4096, 1_000_000].map((piece) => {
    // One byte at a time is for files that are short.
    if (piece < 100 && bytes.length > 20_000) return undefined;
    const check = createContentCheck(1_000_000_000);
    try {
      for (let at = 0; at < bytes.length; at += piece) check.update(bytes.subarray(at, at + piece));
      const { type, empty } = check.finish({ expects, name, link: undefined });
      return empty ? `${type}, empty` : type;
    } catch (error) {
      if (DownloadError.isInstance(error)) return error.code;
      throw error;
    }
  });
  const [answer, ...others] = new Set(answers.filter((each) => each !== undefined));
  expect(others).toEqual([]);
  return answer ?? "";
}

const camtNamespace = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02";
const blanks = " ".repeat(5000);

describe("a CSV", () => {
  it.each<[string, string]>([
    ["id,date\n", "a header"],
    ["id,date", "a header without a line end"],
    ["id;date\r\n\r\n \t\r\n", "a header and blank lines"],
    ['id,"two\nlines"\r\n', "a header with a line end in quotes"],
    ['"a ""quoted"" name\nin two lines",date\n', "a header with doubled quotes"],
    ["id,date\n\0\0\0", "a header and NULs"],
    ["id,date\r\n\u001a", "a header and a Ctrl-Z"],
    ["\ufeffid,date\n", "a header behind the mark of UTF-8"],
    ['\ufeff"id\nof it",date\n', "a header in quotes behind the mark of UTF-8"],
  ])("is empty when it is %j: %s", (body) => {
    expect(found(body, "csv")).toBe("text, empty");
  });

  it.each<[string, string]>([
    ["id,date\n1,2\n", "a row"],
    ["id,date\rx,y\r", "a row behind a lone carriage return"],
    ['id,"name\n1,2\n3,4\n', "an unpaired quote in the header"],
    ['id,na"me\n1,2\n', "an unpaired quote within a field of the header"],
    ['i"d,name\n1"0,2\n', "an unpaired quote in the header, and another in a row"],
    ['id,"name\n"1",2\n', "an unpaired quote in the header, and quoted fields in a row"],
    ['id,"name" of it"\n1,2\n', "a quote that does not end its field"],
    ['"id\n1,2,3', "a quote that never ends"],
    ['id,"two\nlines"\n1,2\n', "a row behind a header with a line end in quotes"],
    ["id,date\n\t1\n", "a row that begins with a tab"],
    ["id,date\n,,\n", "a row of empty fields"],
    ['id,date\n""\n', "a row of one empty quoted field"],
  ])("is not empty when it is %j: %s", (body) => {
    expect(found(body, "csv")).toBe("text");
  });

  it("in UTF-16 is empty without a row, and not empty with one", () => {
    expect(found(Buffer.from("\ufeffid\tdate\n", "utf16le"))).toBe("text, empty");
    expect(found(Buffer.from("\ufeffid\tdate\n1\t2\n", "utf16le"))).toBe("text");
    expect(found(Buffer.from('\ufeffid\t"date\n1\t2\n', "utf16le"))).toBe("text");
  });

  it.each([10, 900, 1023, 1025, 300_000])("of %i rows may be padded with NULs or a Ctrl-Z", (rows) => {
    const csv = `id,date\n${"1,2\n".repeat(rows)}`;
    for (const padding of ["\0", "\u001a", "\0".repeat(600), "\n\u001a\0"])
      expect(found(csv + padding, "csv")).toBe("text");
  });
});

describe("a gzip", () => {
  const header = gzipSync("id,date\n");
  const rows = gzipSync("1,2\n".repeat(1000));
  it.each<[string, Uint8Array, string, Expected]>([
    ["a header in one member and rows in the next", Buffer.concat([header, rows]), "gzip", "csv"],
    ["a header alone", header, "gzip, empty", "csv"],
    ["a header and zeros behind the member", Buffer.concat([header, Buffer.alloc(1024)]), "gzip, empty", "csv"],
    [
      "a member that is cut behind one that is whole",
      Buffer.concat([header, rows.subarray(0, 30)]),
      "truncated",
      "csv",
    ],
    ["an HTML page behind its member", Buffer.concat([header, Buffer.from("<html>")]), "truncated", "csv"],
    ["half an XML document", gzipSync(`<Document xmlns="${camtNamespace}"><a>`), "truncated", "xml"],
    ["a document of another kind", gzipSync("<Statement/>"), "wrong-type", "camt053"],
    ["a page behind many blanks", gzipSync(`${blanks}<html></html>`), "error-page", "csv"],
    ["a zip", gzipSync(zipOf({ "a.csv": rows })), "gzip", "csv"],
    ["half a zip", gzipSync(zipOf({ "a.csv": rows }).subarray(0, 50)), "truncated", "csv"],
  ])("with %s is %s as %s", (_what, body, answer, expects) => {
    expect(found(body, expects)).toBe(answer);
  });

  it("that holds more than may be is an error, long before all of it was inflated", () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, "a,b\n"));
    const check = createContentCheck(1_000_000);
    expect(() => {
      for (let at = 0; at < bomb.length; at += 1000) check.update(bomb.subarray(at, at + 1000));
    }).toThrow(expect.objectContaining({ code: "too-large" }));
  });
});

describe("an XML document", () => {
  it.each<[string, string]>([
    ["a comment of 6 kB behind its root", `<Document/><!-- ${"x".repeat(6000)} -->`],
    ["6 kB of blanks behind its root", `<Document>1</Document>${" \n".repeat(3000)}`],
    ["NULs behind its root", "<Document>1</Document>\r\n\0\0\0"],
    ["a Ctrl-Z behind its root", "<Document>1</Document>\u001a"],
    ["an instruction behind its root", "<Document/><?done > ?>"],
    ["40 comments before its root", `<?xml version="1.0"?>${"<!-- x -->".repeat(40)}<Document/>`],
    ["a comment of 6 kB before its root", `<!-- ${"<html> - -- ".repeat(500)} --><Document/>`],
    ["a document type with brackets", '<!DOCTYPE a [ <!ENTITY b "c>"> ]><a>1</a>'],
    ["tags that look like ends in its text", "<a><![CDATA[</a><a>]] >]]>]]&gt;</a>"],
    ["a greater-than sign in an attribute", "<a b='/>' c=\"</a>\"><d/></a>"],
    ["its root's name within itself", "<a><a></a><a/></a  >"],
    ["a root that is called p-x", "<p-x>1</p-x>"],
    ["a root that is called title.x", "<title.x>1</title.x>"],
  ])("with %s is whole", (_what, body) => {
    expect(found(body, "xml")).toBe("xml");
  });

  it.each(["p", "head", "body", "div", "h1", "title", "html", "script", "center"])(
    "whose root has the prefix %s is no web page",
    (prefix) => {
      const root = `<${prefix}:Document xmlns:${prefix}="${camtNamespace}"`;
      expect(found(`${root}><a/></${prefix}:Document>`, "camt053")).toBe("xml");
      expect(found(`<?xml version="1.0"?>\n<!-- x -->\n${root}/>`, "camt053")).toBe("xml");
    },
  );

  it.each<[string, string]>([
    ["half of it", "<Document><a>1</a>"],
    ["its end tag alone is missing", "<Document><a></a>"],
    ["its last character is missing", "<Document><a></a></Document"],
    ["a comment behind its root is open", "<Document/><!-- x --"],
    ["text follows its root", "<Document/>x"],
    ["another root follows its root", "<Document/><Document/>"],
    ["an end too many", "<Document></Document></Document>"],
    ["its end is in a comment", "<Document><!-- </Document> -->"],
    ["its end is in a CDATA section", "<Document><![CDATA[</Document>]]>"],
    ["its end is in an attribute", "<Document a='</Document>'>"],
  ])("is cut when %s", (_what, body) => {
    expect(found(body, "xml")).toBe("truncated");
  });

  it.each<[string, string, string]>([
    ["as it is", `<Document xmlns="${camtNamespace}"><a/></Document>`, "xml"],
    [
      "in single quotes and another version",
      `<Document a="1" xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'/>`,
      "xml",
    ],
    [
      "with its namespace behind others",
      `<d:Document xmlns="urn:x" xmlns:e='urn:y' xmlns:d = "${camtNamespace}"/>`,
      "xml",
    ],
    ["behind 3 kB of comments", `${"<!-- camt -->".repeat(250)}<Document xmlns="${camtNamespace}"/>`, "xml"],
    ["of another message", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.02"/>`, "wrong-type"],
    ["without a namespace", "<Document/>", "wrong-type"],
    ["with the namespace of a prefix that its root has not", `<Document xmlns:a="${camtNamespace}"/>`, "wrong-type"],
    ["with another root", `<Statement xmlns="${camtNamespace}"/>`, "wrong-type"],
    ["with another root behind 3 kB of comments", `${"<!-- camt -->".repeat(250)}<Statement/>`, "wrong-type"],
  ])("where camt.053 is expected, %s, is %s", (_what, body, answer) => {
    expect(found(body, "camt053")).toBe(answer);
  });

  it.each<[string, string]>([
    ["S3's", "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"],
    ["behind a comment", "<?xml version='1.0'?><!-- gateway --><Error><Code>SlowDown</Code></Error>"],
    ["with its request id first", "<Error><RequestId>1</RequestId><Code>AccessDenied</Code></Error>"],
    ["with an attribute", '<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code>x</Code></Error>'],
    ["with a prefix", '<s3:Error xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/"><s3:Code>x</s3:Code></s3:Error>'],
    ["an ErrorResponse", "<ErrorResponse><Error><Code>x</Code></Error></ErrorResponse>"],
    ["Azure's", '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code></Error>'],
    ["Google's", "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code><Details>d</Details></Error>"],
    ["RFC 9457's", '<problem xmlns="urn:ietf:rfc:7807"><title>Forbidden</title></problem>'],
    ["in capitals", "<ERROR>no</ERROR>"],
    ["behind 2 kB of comments", `${"<!-- gateway -->".repeat(150)}<Error><Code>x</Code></Error>`],
    ["in UTF-16", Buffer.from("\ufeff<Error><Code>x</Code></Error>", "utf16le").toString("latin1")],
  ])("that is a storage's error is an error page: %s", (_what, body) => {
    const bytes = body.startsWith("ÿþ") ? Buffer.from(body, "latin1") : body;
    for (const expects of ["camt053", "xml", "csv", undefined] as const)
      expect(found(bytes, expects)).toBe("error-page");
  });

  it.each([
    "<!doctype html><p>x",
    "<!DOCTYPE html>\n<html>",
    "<!-- x --><html >",
    "<HTML>",
    "<title>x</title>",
    "<p>Sorry</p>",
  ])("that is a web page is an error page: %s", (body) => {
    expect(found(body, "xml")).toBe("error-page");
    expect(found(body)).toBe("error-page");
  });
});

describe("a workbook", () => {
  const entry = Buffer.from("<x/>");
  const others = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`customXml/item${index}.xml`, entry]));
  it.each<[string, Readonly<Record<string, Uint8Array>>]>([
    ["mimetype", { mimetype: entry, "[Content_Types].xml": entry, "xl/workbook.xml": entry }],
    ["customXml/item1.xml", { "customXml/item1.xml": entry, "xl/workbook.xml": entry }],
    ["theme/theme1.xml", { "theme/theme1.xml": entry, "docProps/app.xml": entry, "[Content_Types].xml": entry }],
    ["300 others", { ...others, "[Content_Types].xml": entry }],
    ["[Content_Types].xml", { "[Content_Types].xml": entry }],
  ])("is one whatever its first entry is: %s", (_what, files) => {
    expect(found(zipOf(files), "xlsx")).toBe("xlsx");
    expect(found(zipOf(files), "zip")).toBe("xlsx");
  });

  it("is not what only holds one, or has a name like its parts", () => {
    const workbook = zipOf({ "[Content_Types].xml": entry, "xl/workbook.xml": entry });
    expect(found(zipOf({ "report.xlsx": workbook }), "xlsx")).toBe("zip");
    expect(found(zipOf({ "a/xl/b": entry, "xlsx.csv": entry, "x[Content_Types].xml": entry }))).toBe("zip");
  });
});

describe("a zip", () => {
  const zip = zipOf({ "a.csv": Buffer.from("1,2\n".repeat(5000)) });
  const commented = (length: number): Buffer => {
    const end = Buffer.from(zip.subarray(-22));
    end.writeUInt16LE(length, 20);
    return Buffer.concat([zip.subarray(0, -22), end, Buffer.alloc(length, "PK\u0005\u0006 no record ")]);
  };
  it.each([0, 1, 21, 22, 5000, 65_535])("with a comment of %i bytes is whole", (length) => {
    expect(found(commented(length), "zip")).toBe("zip");
  });

  it.each<[string, Uint8Array]>([
    ["without the last byte of its comment", commented(5000).subarray(0, -1)],
    ["without its directory", zip.subarray(0, -60)],
    ["with something behind it", Buffer.concat([zip, Buffer.from("x")])],
    ["without its middle", Buffer.concat([zip.subarray(0, 30), zip.subarray(60)])],
  ])("%s is cut", (_what, body) => {
    expect(found(body, "zip")).toBe("truncated");
  });
});

describe("what is no file", () => {
  it.each<[string, string | Uint8Array, Expected, string]>([
    ["NULs alone", Buffer.alloc(5000), undefined, "wrong-type"],
    ["NULs alone where a CSV is expected", Buffer.alloc(200_000), "csv", "wrong-type"],
    ["NULs before rows", Buffer.concat([Buffer.alloc(4096), Buffer.from("1,2\n")]), "csv", "wrong-type"],
    ["blanks alone", " \r\n".repeat(3000), "csv", "empty-body"],
    ["blanks without end", " ".repeat(200_000), undefined, "empty-body"],
    ["JSON behind 3 kB of blanks", `${" ".repeat(3000)}{"error":"no"}`, undefined, "error-page"],
    ["JSON behind the mark of UTF-8 and blanks", `\ufeff${blanks}{"error":"no"}`, "csv", "error-page"],
    ["a page behind 3 kB of blanks", `${"\r\n".repeat(1500)}<html>no</html>`, undefined, "error-page"],
    ["a sentence where a CSV is expected", "Internal Server Error", "csv", "error-page"],
    ["a sentence nobody knows where a CSV is expected", "Please try it later.\n", "csv", "error-page"],
    [
      "a gateway's sentence",
      "upstream connect error or disconnect/reset before headers, reset reason: timeout",
      "csv",
      "error-page",
    ],
    ["a known sentence where nothing is expected", "Access denied.", undefined, "error-page"],
    ["a known sentence behind blanks", `${blanks}Service Unavailable`, undefined, "error-page"],
    ["a zip behind a blank", Buffer.concat([Buffer.from(" "), zipOf({})]), "csv", "wrong-type"],
  ])("%s is refused (%#)", (_what, body, expects, code) => {
    expect(found(body, expects)).toBe(code);
  });

  it("is not a CSV that begins like one: with a brace, the letters of a zip, or a less-than sign", () => {
    expect(found("{id},{date}\n1,2\n", "csv")).toBe("text");
    expect(found("[id],[date]\n1,2\n", "csv")).toBe("text");
    expect(found("PK,date\n1,2\n", "csv")).toBe("text");
    expect(found("Payment,date\n", "csv")).toBe("text, empty");
    expect(found("<5,date\n1,2\n", "csv")).toBe("text");
  });

  it("is not JSON under a name that says JSON, where the source expects nothing else", () => {
    expect(found('{"rows":[]}', undefined, "a.JSON")).toBe("json");
    expect(found('{"rows":[]}', "csv", "a.json")).toBe("error-page");
  });
});
