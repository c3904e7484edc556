/** Where a command prints: what it was asked for, and what is wrong. */
export type Printer = Pick<Console, "log" | "error">;

/** The work of an entry point. Returns its exit code, and throws what is to be told in its own words. */
export type Command = (args: readonly string[], print: Printer) => number | Promise<number>;

/** Runs a command to its exit code, 1 for what it throws: that is told without a stack. */
export async function exitCodeOf(command: Command, args: readonly string[], print: Printer): Promise<number> {
  try {
    return await command(args, print);
  } catch (error) {
    print.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** Runs the command of the program that was started. */
export async function runCommand(command: Command): Promise<void> {
  process.exitCode = await exitCodeOf(command, process.argv.slice(2), console);
}
