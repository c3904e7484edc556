import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a process printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Every jitter is the shortest: a page's program waits about 10 s for a first look, not 10 to 14. */
const withoutLuck = ["--import", "data:text/javascript,Math.random=()=>0"];

/** Run a program with Node, in an empty directory that is removed afterwards. */
export async function runProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "report-kit-docs-"));
  try {
    return await new Promise((resolve) => {
      execFile(
        process.execPath,
        [...withoutLuck, ...args],
        { cwd: folder, env: { ...process.env, ...environment }, maxBuffer: 16 * 1024 * 1024, timeout: 50_000 },
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, stdout, stderr }),
      );
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A sandbox as a reader starts it, and the variables it prints. */
export interface ReaderSandbox {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Start the sandbox's command. Its reports are ready at once: what a page shows is not how long a report takes. */
export async function startReaderSandbox(): Promise<ReaderSandbox> {
  const entry = createRequire(import.meta.url).resolve("@report-kit/sandbox/package.json");
  const child = spawn(process.execPath, [join(dirname(entry), "dist/bin.js"), "--ready-after-ms", "0"]);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  let printed = "";
  let failed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      failed += text;
      if (failed.includes("is running")) resolve();
    });
    void ended.then(() => reject(new Error(`the sandbox ended: ${failed}`)));
  });
  const environment = Object.fromEntries(
    printed
      .trim()
      .split("\n")
      .map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  return {
    environment,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Did a program print what its page says? `…` stands for anything within a line. */
export function printedAs(expected: string, printed: string): boolean {
  const lines = printed.trimEnd().split("\n");
  const wanted = expected.trimEnd().split("\n");
  return (
    lines.length === wanted.length &&
    wanted.every((line, at) => {
      const pattern = line.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
      return new RegExp(`^${pattern.join(".*")}$`, "u").test(lines[at] ?? "");
    })
  );
}
