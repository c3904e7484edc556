import type { SandboxOptions } from "@report-kit/sandbox";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { providerNames } from "../providers.ts";
import { sandboxVariables } from "../sandboxed.ts";

/** The options of `startSandbox` that the command line has. */
export type SandboxCommandOptions = Pick<SandboxOptions, "port" | "host" | "seed" | "rows" | "readyAfterMs">;

/** `report-kit sandbox`: the four APIs on this machine, until Ctrl-C. */
export async function sandbox(given: SandboxCommandOptions, io: Io): Promise<ExitCode> {
  const { startSandbox } = await import("@report-kit/sandbox");
  const running = await startSandbox(given);
  for (const [name, value] of Object.entries(sandboxVariables(running))) io.out.write(`${name}=${value}\n`);
  io.err.write("The sandbox is running. Press Ctrl+C to stop it.\n");
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  // Each create that made a report counts: it proves that a repeated run made none.
  const made = providerNames.map((name) => `${name} ${running.made(name)}`).join(", ");
  io.err.write(`Requests: ${running.requests.length}. Reports made: ${made}.\n`);
  await running.close();
  return exitCodes.done;
}
