import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../src/start-sandbox.ts";

const bin = new URL("../src/bin.ts", import.meta.url).pathname;

interface Run {
  /** Resolves with standard output once it holds this text. */
  until(text: string): Promise<string>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }>;
  stop(signal: NodeJS.Signals): void;
}

function run(...options: string[]): Run {
  const child = spawn(process.execPath, [bin, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return {
    until: (text) =>
      new Promise((resolve, reject) => {
        child.stdout.on("data", () => output.includes(text) && resolve(output));
        child.once("close", () => reject(new Error(`ended before it wrote ${text}: ${errors}`)));
      }),
    ended: new Promise((resolve) => child.once("close", (code) => resolve({ code, output, errors }))),
    stop: (signal) => child.kill(signal),
  };
}

describe("report-kit-sandbox", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "prints the variables a client needs and ends cleanly on %s",
    async (signal) => {
      const process = run("--ready-after-ms", "0", "--seed", "7");
      const output = await process.until("MERCADOPAGO_ACCESS_TOKEN=");
      const variables = Object.fromEntries(
        output
          .trim()
          .split("\n")
          .map((line) => line.split(/=(.*)/).slice(0, 2)),
      );
      expect(Object.keys(variables)).toEqual(
        expect.arrayContaining([
          "CIRCLE_BASE_URL",
          "CIRCLE_API_KEY",
          "BEGATEWAY_BASE_URL",
          "BEGATEWAY_PSP_ID",
          "BEGATEWAY_SECRET_KEY",
          "MONATO_BASE_URL",
          "MONATO_CLIENT_ID",
          "MONATO_API_KEY",
          "MONATO_CLABE_NUMBER",
          "MONATO_ACCOUNT_ID",
          "MERCADOPAGO_BASE_URL",
        ]),
      );
      const answer = await fetch(`${variables["CIRCLE_BASE_URL"]}/v1/reports`, {
        method: "POST",
        headers: { authorization: `Bearer ${variables["CIRCLE_API_KEY"]}`, "content-type": "application/json" },
        body: JSON.stringify({ reportType: "camt053", date: "2026-11-19" }),
      });
      expect(answer.status).toBe(200);
      process.stop(signal);
      expect((await process.ended).code).toBe(0);
    },
  );

  it("prints Monato's account by its CLABE and by the number that a statement's notice has", async () => {
    const process = run("--ready-after-ms", "0", "--seed", "7");
    const output = await process.until("MERCADOPAGO_ACCESS_TOKEN=");
    process.stop("SIGTERM");
    const printed = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, "m").exec(output)?.[1];
    const sandbox = await startSandbox({ seed: "7" });
    await sandbox.close();
    const [account] = sandbox.monato.accounts;
    expect(printed("MONATO_CLABE_NUMBER")).toBe(account.clabeNumber);
    expect(printed("MONATO_ACCOUNT_ID")).toBe(account.accountId);
  });

  it("says what is wrong with an option, and ends with 1", async () => {
    const runs = await Promise.all([run("--port", "many").ended, run("--colour").ended]);
    expect(runs.map(({ code, output }) => [code, output])).toEqual([
      [1, ""],
      [1, ""],
    ]);
    expect(runs[0]?.errors).toContain('--port must be a whole number from 0 to 65531, got "many"');
    expect(runs[1]?.errors).toContain("Unknown option '--colour'");
  });

  it("says that a port is taken, and does not stay half open", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo; // it listens on TCP
    const { code, errors } = await run("--port", String(port)).ended;
    taken.close();
    expect([code, errors]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
  });
});
