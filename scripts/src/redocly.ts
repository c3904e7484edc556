import { spawn } from "node:child_process";
import type { ChildProcess, StdioOptions } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("bin/cli.js", import.meta.resolve("@redocly/cli/package.json")));

export interface RedoclyRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `redocly` in `root` (its redocly.yaml applies). Telemetry and the update notice are off here, so that no caller can forget it.
 * Resolves with whatever the exit code was; rejects when the process could not be started or was killed.
 */
export async function runRedocly(root: string, args: readonly string[]): Promise<RedoclyRun> {
  const child = start(root, args, ["ignore", "pipe", "pipe"], { NO_COLOR: "1" });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return { exitCode: await exitCodeOf(child), stdout, stderr };
}

/** The same on this process's own terminal, so that what takes long can be followed. Resolves with the exit code. */
export function showRedocly(root: string, args: readonly string[]): Promise<number> {
  return exitCodeOf(start(root, args, "inherit", {}));
}

function start(
  root: string,
  args: readonly string[],
  stdio: StdioOptions,
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const quiet = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", DO_NOT_TRACK: "1" };
  return spawn(process.execPath, [cli, ...args], {
    cwd: root,
    env: { ...process.env, ...quiet, ...environment },
    stdio,
  });
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      if (exitCode === null) reject(new Error(`redocly was ended by ${String(signal)}.`));
      else resolve(exitCode);
    });
  });
}
