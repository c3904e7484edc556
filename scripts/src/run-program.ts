import { spawn } from "node:child_process";

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables besides this process's own; undefined takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a program to its end, whatever the exit code. On Windows npm and npx are scripts, which only a shell can start. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: Environment = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const shell = process.platform === "win32" && !program.endsWith(".exe");
    const env = { ...process.env, ...environment };
    const child = spawn(program, args, { cwd, shell, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs a program that has to succeed, and gives what it printed. */
export async function output(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: Environment = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(program, args, cwd, environment);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${exitCode}:\n${stdout}${stderr}`);
  return stdout;
}
