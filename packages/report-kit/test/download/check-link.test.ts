import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkRules } from "../../src/download/link/check-link.ts";
import { checkLink } from "../../src/download/link/check-link.ts";

const soak = process.env["REPORT_KIT_SOAK"] === "1";

const rules: LinkRules = { hosts: ["*.amazonaws.com", "files.circle.com", "minio.example.com:9000"], loopback: false };
const local: LinkRules = { ...rules, loopback: true };

function refusal(link: string, by: LinkRules = rules): string | undefined {
  try {
    checkLink(link, by);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ name: "DownloadError", code: "refused-link" });
    return (error as Error).message; // checkLink throws nothing else
  }
}

describe("a link out of an answer", () => {
  it.each([
    "https://s3.amazonaws.com/b/report.csv?X-Amz-Signature=abc",
    "https://bucket.s3.eu-west-1.amazonaws.com/report.csv",
    "https://FILES.circle.com:443/report.csv",
    "https://minio.example.com:9000/report.csv",
  ])("may lead to a listed host: %s", (link) => {
    expect(refusal(link)).toBeUndefined();
  });

  it.each([
    "https://amazonaws.com/",
    "https://evilamazonaws.com/",
    "https://s3.amazonaws.com.evil.example/",
    "https://s3.amazonaws.com./",
    "https://s3.amazonaws.com:8443/",
    "https://x.files.circle.com/",
    "https://files.circle.com.evil.example/",
    "https://files.circle.com@evil.example/",
    "https://user:pass@s3.amazonaws.com/",
    "https://user@s3.amazonaws.com/",
    "https://evil.example/?s3.amazonaws.com",
    "https://evil.example#s3.amazonaws.com",
    "https://evil.example\\.amazonaws.com/",
    "http://s3.amazonaws.com/",
    "ftp://s3.amazonaws.com/",
    "file:///etc/passwd",
    "data:text/csv,id",
    "javascript:1",
    "blob:https://s3.amazonaws.com/x",
    "//s3.amazonaws.com/x",
    "/report.csv",
    "",
    "https://",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://１２７.0.0.1/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fd00::1]/",
    "https://203.0.113.7/",
    "https://minio.example.com/",
  ])("may not lead to %s", (link) => {
    expect(refusal(link)).toMatch(/^The download link .* not fetched\.$/);
  });

  it("may not lead to an address, even where the address is listed", () => {
    expect(refusal("https://10.0.0.1/", { hosts: ["10.0.0.1", "*.0.0.1"], loopback: false })).toContain("IP address");
    expect(refusal("https://[fd00::1]/", { hosts: ["[fd00::1]"], loopback: false })).toContain("IP address");
  });

  it("may lead to this machine, and over http, only where the API itself is on it", () => {
    for (const link of ["http://127.0.0.1:8080/a", "http://localhost/a", "http://[::1]:9/a", "https://127.0.0.1/a"]) {
      expect(refusal(link, local)).toBeUndefined();
      expect(refusal(link)).toBeDefined();
    }
    expect(refusal("http://s3.amazonaws.com/", local)).toContain("not https");
    expect(refusal("http://127.0.0.1.evil.example/", local)).toBeDefined();
    expect(refusal("https://10.0.0.1/", local)).toBeDefined();
  });

  it("tells no secret when it is refused", () => {
    const message = refusal("https://user:pa55word@evil.example/report.csv?X-Amz-Signature=feedbeef#frag");
    expect(message).toContain("evil.example/report.csv?X-Amz-Signature=…");
    expect(message).not.toMatch(/pa55word|feedbeef|frag/);
  });

  it("is taken relative to where it was found, and loses its fragment", () => {
    expect(String(checkLink("/b?x=1#y", rules, new URL("https://s3.amazonaws.com/a")))).toBe(
      "https://s3.amazonaws.com/b?x=1",
    );
    expect(refusal("//evil.example/b")).toBeDefined();
    expect(() => checkLink("//evil.example/b", rules, new URL("https://s3.amazonaws.com/a"))).toThrow(/evil\.example/);
  });

  it(
    "never leads anywhere that is not https and listed, whatever is thrown at it",
    { timeout: soak ? 600_000 : 60_000 },
    () => {
      const piece = fc.constantFrom(
        "https:",
        "http:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "#",
        "?",
        ".",
        "%2e",
        "%00",
        "\t",
        "\n",
        " ",
        "[",
        "]",
        "。",
        "．",
        "ｈ",
        "s3",
        "amazonaws.com",
        "files.circle.com",
        "evil.example",
        "127.0.0.1",
        "0x7f000001",
        "localhost",
        "user",
        "443",
        "９",
      );
      const link = fc.oneof(
        fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
        fc.array(piece, { maxLength: 12 }).map((parts) => `https://${parts.join("")}`),
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        fc.string({ unit: "binary" }),
      );
      fc.assert(
        fc.property(link, (text) => {
          let url: URL;
          try {
            url = checkLink(text, rules);
          } catch (error) {
            expect(error).toMatchObject({ code: "refused-link" });
            return;
          }
          // What fetch will make of it, independently of how it was checked.
          const parsed = new URL(String(url));
          expect(parsed.protocol).toBe("https:");
          expect(parsed.username + parsed.password + parsed.hash).toBe("");
          expect(parsed.host).toMatch(/^(?:.+\.amazonaws\.com|files\.circle\.com|minio\.example\.com:9000)$/);
        }),
        { seed: 20_261_121, numRuns: soak ? 1_000_000 : 5_000 },
      );
    },
  );
});
