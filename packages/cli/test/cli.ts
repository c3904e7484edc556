import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "@report-kit/sandbox";
import { onTestFinished } from "vitest";
import { sandboxVariables } from "../src/sandboxed.ts";
import { main } from "../src/main.ts";

/** What a run of the command line wrote, and how it ended. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly now?: number;
  readonly signal?: AbortSignal;
  /** The width of a terminal; without one, the output is no terminal's. */
  readonly columns?: number;
  readonly colours?: boolean;
  readonly onErr?: (text: string) => void;
}

/** Run the command line in this process, in a directory of its own. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { columns, colours = false } = options;
  let out = "";
  let err = "";
  const terminal = columns === undefined ? {} : { isTTY: true, columns, hasColors: () => colours };
  const code = await main(args, {
    out: { ...terminal, write: (text) => (out += text) },
    err: {
      ...terminal,
      write: (text) => {
        err += text;
        options.onErr?.(text);
      },
    },
    env: options.env ?? {},
    cwd: options.cwd ?? emptyDirectory(),
    requestCostS: 0.1,
    now: () => options.now ?? Date.now(),
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, out, err };
}

export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "report-kit-cli-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The variables that reach a sandbox. */
export function reaching(sandbox: Sandbox): Readonly<Record<string, string>> {
  return sandboxVariables(sandbox);
}

const bin: string = new URL("../dist/bin.js", import.meta.url).pathname;

/** The built command line as a process of its own. */
export function start(
  args: readonly string[],
  { env = {}, cwd = emptyDirectory() }: RunOptions = {},
): {
  readonly ended: Promise<Run & { readonly signal: NodeJS.Signals | null }>;
  until(text: string): Promise<void>;
  /** What it wrote so far. */
  written(): string;
  kill(signal: NodeJS.Signals): void;
} {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return {
    ended: new Promise((resolve) =>
      child.once("close", (code, signal) => resolve({ code: code ?? -1, signal, out, err })),
    ),
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => void ((out + err).includes(text) && resolve());
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        child.once("close", () => reject(new Error(`It ended before it wrote ${text}:\n${err}`)));
        look();
      }),
    written: () => out + err,
    kill: (signal) => void child.kill(signal),
  };
}
