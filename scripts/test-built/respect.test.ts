import { join } from "node:path";
import { startSandbox } from "@report-kit/sandbox";
import type { Fault, FaultTarget, Provider, Sandbox } from "@report-kit/sandbox";
import { expect, test } from "vitest";
import type { TestContext } from "vitest";
import { repository } from "../test/altered-copy.ts";
import { withMatrix } from "./matrix.ts";
import { run } from "../src/run-program.ts";
import type { Run } from "../src/run-program.ts";

/** What a workflow.arazzo.yaml asks its user for, of each provider that the sandbox serves: where the API is, credentials, and which report. */
const inputs: Readonly<Record<Provider, (sandbox: Sandbox) => Readonly<Record<string, string>>>> = {
  circle: ({ circle }) => ({ apiKey: circle.apiKey, date: "2026-11-19" }),
  begateway: ({ begateway }) => ({
    pspId: begateway.pspId,
    secretKey: begateway.secretKey,
    reportId: "6f1f1bd3-3f0b-4a4f-9d51-0c7f3d0c3a11",
    userId: "7",
    format: "xlsx",
    currency: "EUR",
    dateFrom: "2026-11-01T00:00:00Z",
    dateTo: "2026-11-02T00:00:00Z",
  }),
  monato: ({ monato, monatoAccounts }) => ({
    clientId: monato.clientId,
    apiKey: monato.apiKey,
    reportType: "DAILY",
    statementType: "MONTHLY_ACCOUNT_STATEMENT",
    operationDate: "2026-10-19",
    clabeNumber: monatoAccounts[0].clabeNumber,
  }),
  mercadopago: ({ mercadopago }) => ({
    accessToken: mercadopago.accessToken,
    beginDate: "2026-11-01T03:00:00Z",
    endDate: "2026-11-03T02:59:59Z",
  }),
};

const providers = Object.keys(inputs) as Provider[]; // Object.keys gives strings

async function sandboxWith(readyAfterMs: number, { onTestFinished }: TestContext): Promise<Sandbox> {
  const sandbox = await startSandbox({ readyAfterMs });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The command of docs/project/specs.md, `--verbose` so that all it could print is printed. */
function respect(provider: Provider, sandbox: Sandbox): Promise<Run> {
  const args = [provider, "-S", `${provider}=${sandbox[provider].baseUrl}`, "--verbose"];
  return run(process.execPath, [join(repository, "scripts/respect.ts"), ...args], repository, {
    REDOCLY_CLI_RESPECT_INPUT: JSON.stringify(inputs[provider](sandbox)),
  });
}

test.concurrent.for(providers)(
  "the Arazzo workflow of %s leads from the request over a wait to the file",
  async (provider, context) => {
    const sandbox = await sandboxWith(500, context);
    const { exitCode, stdout, stderr } = await respect(provider, sandbox);
    expect(exitCode === 0 ? "" : stdout + stderr).toBe("");
    expect(sandbox.violations).toEqual([]);
    expect(sandbox.requests.every(({ status }) => status !== undefined && status < 300)).toBe(true);

    const files = sandbox.requests.filter(({ origin }) => origin === "storage");
    // Mercado Pago's files come through its API.
    expect(files).toHaveLength({ circle: 1, begateway: 1, monato: 2, mercadopago: 0 }[provider]);
    expect(files.flatMap(({ secrets }) => secrets)).toEqual([]);
    expect(sandbox.made()).toBe({ circle: 1, begateway: 1, monato: 0, mercadopago: 2 }[provider]);

    const { circle, begateway, monato, mercadopago } = sandbox;
    const basic = Buffer.from(`${begateway.pspId}:${begateway.secretKey}`).toString("base64");
    for (const secret of [circle.apiKey, begateway.secretKey, basic, monato.apiKey, mercadopago.accessToken])
      expect(stdout + stderr).not.toContain(secret);
  },
);

const failures: readonly (readonly [Provider, string, string, FaultTarget, Fault])[] = [
  ["circle", "wait", "the report fails", { operationId: "requestReport" }, { kind: "report-fails" }],
  ["begateway", "wait", "the report fails", { operationId: "createReport" }, { kind: "report-fails" }],
  ["mercadopago", "wait", "the report fails", { operationId: "createSettlementReport" }, { kind: "report-fails" }],
  ["mercadopago", "request", "nothing is made", { operationId: "createReleaseReport" }, { kind: "nothing-made" }],
  ["monato", "wait", "the look-up fails", { operationId: "downloadReport" }, { kind: "status", status: 500 }],
  ["circle", "fetch-file", "the file is empty", { origin: "storage" }, { kind: "empty" }],
  ["begateway", "fetch-file", "the file is empty", { origin: "storage" }, { kind: "empty" }],
  ["monato", "fetch-file", "the file is empty", { origin: "storage" }, { kind: "empty" }],
  ["mercadopago", "fetch-file", "the file is empty", { operationId: "downloadSettlementReport" }, { kind: "empty" }],
];
/** One of each step; `test:matrix` has all. */
const oneOfEach = failures.filter(([, step], at) => failures.findIndex((failure) => failure[1] === step) === at);

test.concurrent.for(withMatrix ? failures : oneOfEach)(
  "the Arazzo workflow of %s fails at the step %s when %s",
  async ([provider, step, , target, fault], context) => {
    const sandbox = await sandboxWith(0, context);
    const withdraw = sandbox.fail(target, fault);
    const { exitCode, stdout } = await respect(provider, sandbox);
    withdraw();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`stepId - ${step} `));
  },
);
