import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createTarget } from "../../src/download/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import { platformWith } from "../../src/platform.ts";
import { csvOf, downloadErrorOf, downloadTo, linkTo, reportAt, temporaryDirectory } from "./ready-report.ts";
import { startStorage } from "./storage.ts";

const csv = csvOf(300_000);

describe("an error of a fetch that keeps the link", () => {
  const secret = "feedbeef0123456789";
  const link = `https://bank.s3.amazonaws.com/a?X-Amz-Signature=${secret}&X-Amz-Credential=AKIA1234567890`;
  it.each<[string, () => unknown]>([
    ["in Deno's words", () => new TypeError(`error sending request for url (${link}): client error (Connect)`)],
    [
      "as Bun has it",
      () => Object.assign(new Error("Unable to connect."), { code: "ConnectionRefused", path: link, errno: 0 }),
    ],
    [
      "as node-fetch has it",
      () =>
        Object.assign(new Error(`request to ${link} failed, reason: read ECONNRESET`), {
          type: "system",
          code: "ECONNRESET",
        }),
    ],
    [
      "in its cause",
      () => new TypeError("fetch failed", { cause: Object.assign(new Error("no"), { url: link, input: link }) }),
    ],
    ["in its cause's cause", () => new TypeError("x", { cause: new Error("y", { cause: new Error(`GET ${link}`) }) })],
    ["in the errors of an AggregateError", () => new AggregateError([new Error(link)], `all failed: ${link}`)],
    ["in its stack alone", () => Object.assign(new Error("no"), { stack: `Error: no\n    at ${link}` })],
    ["as a text", () => `no answer from ${link}`],
    ["as an object", () => ({ message: link, url: link, toString: () => link })],
  ])("leaves without it: %s", async (_what, thrown) => {
    const throwing = async (): Promise<never> => {
      throw thrown(); // as some do, no Error
    };
    const body = new ReadableStream({ pull: (controller) => controller.error(thrown()) });
    for (const fetch of [throwing, async () => new Response(body, { headers: { "content-length": "10" } })]) {
      const report = reportAt([{ via: "link", url: link }], { platform: platformWith({ fetch, random: () => 0.5 }) });
      const error = await downloadErrorOf(downloadTo(report, toDirectory(await temporaryDirectory())));
      expect(error?.code).toBe("interrupted");
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error?.stack);
      for (const each of [secret, "AKIA1234567890"]) expect(shown).not.toContain(each);
    }
  });

  it("leaves without it from a target, too", async () => {
    const storage = await startStorage({ body: csv });
    const failing = createTarget({
      open: async () => ({
        write: () => Promise.reject(Object.assign(new Error(`PUT ${link}`), { request: { url: link } })),
        commit: async () => ({}),
        abandon: async () => {},
      }),
    });
    const error = await downloadErrorOf(downloadTo(reportAt([linkTo(storage)]), failing));
    expect(error?.code).toBe("target");
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(secret);
  });
});
