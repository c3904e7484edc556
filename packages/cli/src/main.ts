import { CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { createProgram } from "./program.ts";

/**
 * Run the command line: `main(["get", "circle", "--date", "yesterday"], io)`.
 * @returns the exit code. It never rejects.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exit: ExitCode = exitCodes.done;
  const json = args.includes("--json");
  try {
    const isHelp = args.length === 0 || args.some((arg) => ["--help", "-h", "help"].includes(arg));
    const { didYouMean } = isHelp ? { didYouMean: () => "" } : await import("./did-you-mean.ts");
    const program = await createProgram(args, { io, setExit: (code) => (exit = code), didYouMean });
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    // Its message was written; help is no error.
    if (error instanceof CommanderError && (error.exitCode === 0 || !json))
      return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    const [{ failureOf }, { createReporter }] = await Promise.all([import("./failure.ts"), import("./reporter.ts")]);
    const failure = failureOf(error);
    createReporter(io, { json }).failure(failure);
    return failure.exit;
  }
}
