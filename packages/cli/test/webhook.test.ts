import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSandbox } from "@report-kit/sandbox";
import { createMonatoClient } from "@report-kit/monato";
import { registerMonatoWebhook } from "report-kit/webhook";
import { expect, it } from "vitest";
import { emptyDirectory, reaching, run, start } from "./cli.ts";

const config = "from: 2026-11-19\nsources:\n  fincore: { provider: monato, series: [{ report_type: DAILY }] }\n";
const token = "a-long-token-of-the-webhook-0123456789";

it("webhook delivers the report that a notice names, once, and refuses one without the token", async () => {
  const sandbox = await startSandbox({ readyAfterMs: 0, monatoWebhookRepeats: 2 });
  try {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, "report-kit.config.yaml"), config);
    const endpoint = start(["webhook", "--port", "0"], {
      cwd,
      env: { ...reaching(sandbox), MONATO_WEBHOOK_TOKEN: token },
    });
    await endpoint.until("Press Ctrl+C to stop");
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(endpoint.written())?.[0] ?? "";
    expect(
      (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })).status,
    ).toBe(401);

    await registerMonatoWebhook(createMonatoClient(sandbox.monato), { url, token });
    sandbox.prepareMonatoFile({ report_type: "DAILY", operation_date: "2026-11-19" });
    await sandbox.deliverWebhooks();
    await endpoint.until("delivered as");
    await endpoint.until("reports/monato/");
    endpoint.kill("SIGTERM");
    const { code, out, err } = await endpoint.ended;
    expect(out).toMatch(/^reports\/monato\/\S+\.csv\n$/);
    expect([code, err.split("delivered as").length, err.includes(token)]).toEqual([0, 2, false]);

    const jobs = await run(["jobs", "list", "--json"], { cwd });
    expect(jobs.out).toContain('"deliveryId"');
  } finally {
    await sandbox.close();
  }
});

it.each([
  [{}, config, 77, "MONATO_WEBHOOK_TOKEN is not set"],
  [{ MONATO_WEBHOOK_TOKEN: token }, "sources: { a: { provider: circle } }", 2, "has no such account at Monato"],
])("webhook with %j is refused, and the error has what to do", async (env, text, code, message) => {
  const cwd = emptyDirectory();
  writeFileSync(join(cwd, "report-kit.config.yaml"), text);
  expect(await run(["webhook"], { cwd, env })).toMatchObject({ code, err: expect.stringContaining(message) });
});

it("get takes an account of the configuration by its name, with its credentials' variables", async () => {
  const sandbox = await startSandbox({ readyAfterMs: 0 });
  try {
    const cwd = emptyDirectory();
    writeFileSync(
      join(cwd, "report-kit.config.yaml"),
      "sources: { treasury: { provider: circle, variables: { apiKey: TREASURY_KEY } } }",
    );
    const { CIRCLE_API_KEY: TREASURY_KEY = "", ...env } = reaching(sandbox);
    const args = ["get", "treasury", "--report-type", "camt053", "--date", "2026-11-19"];
    const { code, out } = await run(args, { cwd, env: { ...env, TREASURY_KEY } });
    expect([code, out]).toEqual([0, expect.stringMatching(/^reports\/circle\/treasury\//)]);
    expect(await run(args, { cwd, env })).toMatchObject({
      code: 77,
      err: expect.stringContaining("TREASURY_KEY is not set"),
    });
  } finally {
    await sandbox.close();
  }
});
