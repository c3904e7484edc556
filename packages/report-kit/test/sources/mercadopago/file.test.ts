import { describe, expect, it } from "vitest";
import { asStream } from "../../../src/download/index.ts";
import { createReportKit } from "../../../src/index.ts";
import { releaseReports, settlementReports } from "../../../src/sources/mercadopago/mercadopago.ts";
import { callOf, failure, families, runInSteps, sandboxScene, week, scripted, weekTask } from "./scene.ts";
import type { Scripted } from "./scene.ts";
import { durableJournal } from "../../support/durable-journal.ts";

describe("the file", () => {
  it.each(families)(
    "comes through the API by its name, with the caller's headers and the client's credentials, for %s reports",
    async (family, reports) => {
      const { clock, sandbox, client } = await sandboxScene();
      const source = reports(client, { account: "1" });
      const outcome = await runInSteps(clock, () => source);
      if (outcome.status !== "ready") throw new Error(`the report is ${outcome.status}`);
      const { reference, fileName } = outcome;
      const before = sandbox.requests.length;
      const location = await source.locate(callOf(source, { reference, fileName: String(fileName) }));
      expect(sandbox.requests).toHaveLength(before);
      expect(location).toMatchObject({ via: "api", fileName, mediaType: "text/csv" });
      if (location.via !== "api") return;
      const response = await location.open({
        headers: { "accept-encoding": "identity" },
        signal: new AbortController().signal,
      });
      const text = await response.text();
      expect(text.split(",")[0]).toBe(family === "settlement" ? "EXTERNAL_REFERENCE" : "DATE");
      expect(text.trim().split(/\r?\n/).length).toBeGreaterThan(1);
      expect(sandbox.requests.slice(before)).toMatchObject([
        {
          method: "GET",
          path: `/v1/account/${family}_report/${fileName}`,
          authorised: true,
          status: 200,
          headers: { "accept-encoding": "identity" },
        },
      ]);
      expect(sandbox.violations).toEqual([]);
    },
  );

  it.each(families)(
    "is streamed whole by a job that goes on with another process's journal, for %s reports",
    async (family, reports) => {
      const { clock, sandbox, client } = await sandboxScene({ rows: 500 });
      const journal = durableJournal();
      await runInSteps(clock, () => reports(client, { account: "1" }), undefined, journal);
      const before = sandbox.requests.length;
      const kit = createReportKit({ journal, platform: { now: () => clock.now() } });
      const file = await kit.report(reports(client, { account: "1" }), week).download(asStream());
      const lines = (await new Response(file.stream as ReadableStream<Uint8Array<ArrayBuffer>>).text())
        .trim()
        .split(/\r?\n/); // bytes of no shared memory
      expect(lines.length).toBeGreaterThan(500);
      expect(file).toMatchObject({ name: expect.stringMatching(/^2026-11-01_2026-11-07_.*\.csv$/) });
      // Nothing is asked for again but the file.
      expect(sandbox.requests.slice(before)).toMatchObject([
        { path: `/v1/account/${family}_report/${file.name.slice("2026-11-01_2026-11-07_".length)}` },
      ]);
    },
  );

  it("is found by its task where the journal has no name for it", async () => {
    const { client, sent } = scripted(
      [200, { ...weekTask, status: "processed", file_name: "Ventas ñ 100%.XLSX" }],
      [200, {}],
    );
    const source = releaseReports(client, { account: "1" });
    const location = await source.locate(callOf(source, { reference: "99336983670" }));
    expect(location).toMatchObject({ via: "api", fileName: "Ventas ñ 100%.XLSX" });
    expect(location).toHaveProperty("mediaType", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    if (location.via === "api") await location.open({ headers: {}, signal: new AbortController().signal });
    expect(sent.map(({ path }) => path)).toEqual([
      "/v1/account/release_report/task/99336983670",
      "/v1/account/release_report/Ventas%20%C3%B1%20100%25.XLSX",
    ]);
  });

  it.each<[string, Scripted, string]>([
    ["failed", [200, { ...weekTask, status: "failed" }], "failed"],
    ["not ready", [200, weekTask], "pending"],
  ])("is none when the report is %s", async (_, answer, reason) => {
    const source = settlementReports(scripted(answer).client, { account: "1" });
    expect(await source.locate(callOf(source, { reference: "99336983670" }))).toMatchObject({ via: "none", reason });
  });

  it.each(["config", "list", "..", "a/b"])(
    "is never asked for by the name %j, whatever the journal says",
    async (fileName) => {
      const { client, sent } = scripted();
      const source = settlementReports(client, { account: "1" });
      expect(await source.locate(callOf(source, { reference: "1", fileName }))).toMatchObject({ via: "none" });
      expect(sent).toEqual([]);
    },
  );

  it("answers the downloader with what the API answered, also when that is an error", async () => {
    const { client } = scripted(failure(404, "not_found", "Resource not found."));
    const source = settlementReports(client, { account: "1" });
    const location = await source.locate(callOf(source, { reference: "1", fileName: "report.csv" }));
    if (location.via !== "api") throw new Error("the file comes through the API");
    const response = await location.open({ headers: {}, signal: new AbortController().signal });
    expect(response.status).toBe(404);
  });
});
