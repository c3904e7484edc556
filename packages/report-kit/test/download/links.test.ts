import { describe, expect, it } from "vitest";
import type { ApiLocation } from "../../src/source/file-location.ts";
import { platformWith } from "../../src/platform.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import {
  collect,
  csvOf,
  downloadErrorOf,
  downloadTo,
  linkTo,
  openStream,
  reportAt,
  sha256,
  temporaryDirectory,
} from "./ready-report.ts";
import type { Storage } from "./storage.ts";
import { startStorage } from "./storage.ts";

const body = csvOf(200_000);
const secret = "sk-live-0123456789";

/** The API's own way to a file: with credentials, to its own origin alone, redirects handed back. */
function apiLocation(api: Storage): ApiLocation {
  return {
    via: "api",
    open: ({ headers, signal }) =>
      fetch(`${api.origin}/v1/reports/1/content`, {
        headers: { ...headers, authorization: `Bearer ${secret}` },
        signal,
        redirect: "manual",
      }),
  };
}

/** A fetch for which some public names lead to servers of this machine. */
function resolving(hosts: Readonly<Record<string, Storage>>) {
  const asked: string[] = [];
  return {
    asked,
    platform: platformWith({
      random: () => 0.5,
      fetch: (input, init) => {
        asked.push(input);
        const url = new URL(input);
        const storage = hosts[url.host];
        if (storage === undefined) throw new TypeError(`no such host: ${url.host}`);
        return fetch(`${storage.origin}${url.pathname}${url.search}`, init);
      },
    }),
  };
}

describe("a download", () => {
  it("through the API sends credentials to the API, and to nobody it redirects to", async () => {
    const storage = await startStorage({ body, etag: '"e"' }, [{ cutAfter: 100_000 }]);
    const api = await startStorage(
      { body },
      Array.from({ length: 2 }, () => ({
        instead: { status: 302, headers: { location: `${storage.origin}/f?sig=s` } },
      })),
    );
    const file = await downloadTo(reportAt([apiLocation(api)]), toDirectory(await temporaryDirectory()));
    expect(file).toMatchObject({ sha256: sha256(body), requests: 4, resumed: true });
    expect(api.seen).toHaveLength(2);
    expect(storage.seen).toHaveLength(2);
    for (const { headers } of api.seen) expect(headers.authorization).toBe(`Bearer ${secret}`);
    expect(JSON.stringify(storage.seen)).not.toContain(secret);
    for (const { headers } of storage.seen) {
      expect(headers).not.toHaveProperty("authorization");
      expect(headers).not.toHaveProperty("cookie");
      expect(headers).not.toHaveProperty("referer");
    }
  });

  it("through the API goes on by range, and takes the name from its Content-Disposition", async () => {
    const api = await startStorage(
      { body, etag: '"e"', headers: { "content-disposition": "attachment; filename=camt053_2026-11-19_report.csv" } },
      [{ cutAfter: 100_000 }],
    );
    const file = await downloadTo(reportAt([apiLocation(api)]), toDirectory(await temporaryDirectory()));
    expect(file).toMatchObject({ name: "camt053_2026-11-19_report.csv", resumed: true, requests: 2 });
  });

  it("follows redirects by hand, each checked, and asks the first link again after a cut", async () => {
    const storage = await startStorage({ body, etag: '"e"' }, [{ cutAfter: 100_000 }]);
    const { platform, asked } = resolving({
      "a.amazonaws.com": await startStorage(
        { body },
        Array.from({ length: 2 }, () => ({
          instead: { status: 307, headers: { location: "https://b.amazonaws.com/b" } },
        })),
      ),
      "b.amazonaws.com": storage,
    });
    const context = reportAt([{ via: "link", url: "https://a.amazonaws.com/a" }], { platform, loopback: false });
    const file = await downloadTo(context, toDirectory(await temporaryDirectory()));
    expect(file).toMatchObject({ sha256: sha256(body), requests: 4 });
    expect(asked.map((url) => new URL(url).host[0])).toEqual(["a", "b", "a", "b"]);
  });

  it.each([
    ["a look-alike host", "https://amazonaws.com.evil.example/x"],
    ["another host", "https://evil.example/x"],
    ["plain http", "http://b.amazonaws.com/x"],
    ["an address", "https://169.254.169.254/latest"],
    ["this machine", "http://127.0.0.1:1/x"],
    ["user info", "https://u:p@b.amazonaws.com/x"],
    ["another scheme", "file:///etc/passwd"],
  ])("does not follow a redirect to %s", async (_what, location) => {
    const trap = await startStorage({ body });
    const first = await startStorage({ body }, [{ instead: { status: 302, headers: { location } } }]);
    const { platform, asked } = resolving({
      "a.amazonaws.com": first,
      "b.amazonaws.com": trap,
      "evil.example": trap,
      "amazonaws.com.evil.example": trap,
      "127.0.0.1:1": trap,
      "169.254.169.254": trap,
    });
    const context = reportAt([{ via: "link", url: "https://a.amazonaws.com/a?X-Amz-Signature=feedbeef" }], {
      platform,
      loopback: false,
    });
    const error = await downloadErrorOf(downloadTo(context, toDirectory(await temporaryDirectory())));
    expect(error).toMatchObject({ code: "refused-link", retryable: false });
    expect(error?.message).not.toContain("feedbeef");
    expect(asked).toHaveLength(1);
    expect(trap.seen).toEqual([]);
  });

  it("does not send anything to a first link that leads elsewhere", async () => {
    const trap = await startStorage({ body });
    const context = reportAt([linkTo(trap)], { loopback: false });
    expect(await downloadErrorOf(openStream(context))).toMatchObject({ code: "refused-link" });
    expect(trap.seen).toEqual([]);
  });

  it("gives up on a redirect without end", async () => {
    const storage = await startStorage(
      { body },
      Array.from({ length: 20 }, () => ({ instead: { status: 302, headers: { location: "/again" } } })),
    );
    const error = await downloadErrorOf(openStream(reportAt([linkTo(storage)])));
    expect(error).toMatchObject({ code: "refused-link" });
    expect(storage.seen).toHaveLength(6);
  });

  it("does not take what a fetch that follows redirects itself brings", async () => {
    const storage = await startStorage({ body }, [{ instead: { status: 302, headers: { location: "/elsewhere" } } }]);
    const platform = platformWith({ fetch: (input, init) => fetch(input, { ...init, redirect: "follow" }) });
    expect(await downloadErrorOf(openStream(reportAt([linkTo(storage)], { platform })))).toMatchObject({
      code: "refused-link",
    });
  });

  it("names the file by the provider, else by the header, else by type and key; never by the link", async () => {
    const headers = { "content-disposition": 'attachment; filename="../header.csv"' };
    const named = await startStorage({ body, headers });
    const plain = await startStorage({ body });
    const names = async (storage: Storage, details: { name?: string; linkName?: string }): Promise<string> => {
      const { linkName, name } = details;
      const location = { ...linkTo(storage, "/report.csv?x=1"), fileName: linkName };
      const opened = await openStream(reportAt([location], { fileName: name }));
      await collect(opened.stream);
      return opened.name;
    };
    expect(await names(named, { name: "a/provider.csv", linkName: "link.csv" })).toBe("provider.csv");
    expect(await names(named, { linkName: "link.csv" })).toBe("link.csv");
    expect(await names(named, { name: ".." })).toBe("header.csv");
    expect(await names(plain, {})).toBe("managed_payout_transactions-5f0c8a52.csv");
  });
});
