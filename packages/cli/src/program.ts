import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, Help } from "commander";
import { argumentChoice, wholeNumber } from "./command-options.ts";
import type { Context } from "./command-options.ts";
import { exitCodeHelp } from "./exit-codes.ts";
import { addConfiguredCommands } from "./configured-commands.ts";
import { addJobsCommands } from "./jobs-commands.ts";
import { addSourceCommands } from "./source-commands.ts";
import type { NamedSource } from "./source-commands.ts";
import { providerNames } from "./providers.ts";
import type { Io } from "./io.ts";
import { styled, writeLines } from "./terminal.ts";

/** The whole command line. What a command does is loaded when it runs, so that help is there at once. */
export async function createProgram(args: readonly string[], context: Context): Promise<Command> {
  const { io } = context;
  const program = new Command("report-kit")
    .description("Get payment providers' reports, each exactly once: Circle, beGateway, Monato, Mercado Pago.")
    .version(versionOfPackage(), "-V, --version", "the version")
    .helpOption("-h, --help", "this help")
    .helpCommand("help [command]", "the help of a command")
    .configureHelp({
      // A group takes the name of a command of its own.
      subcommandTerm: (command) =>
        command.commands.length > 0 && command.usage().startsWith("<")
          ? `${command.name()} ${command.usage()}`
          : Help.prototype.subcommandTerm(command),
      styleTitle: (text) => styled(io.out, "bold", text),
      helpWidth: Math.min(io.out.columns ?? 80, 120),
    })
    .configureOutput({
      writeOut: (text) => void io.out.write(text),
      // Its hint to add --help is for a person.
      writeErr: (text) => void (args.includes("--json") || writeLines(io.err, text.trimEnd())),
      outputError: (text, write) =>
        args.includes("--json") || write(text.replace(/^error: /, `${styled(io.err, "red", "error:")} `)),
      getOutHelpWidth: () => io.out.columns ?? 80,
      getErrHelpWidth: () => io.err.columns ?? 80,
    })
    .exitOverride()
    .showHelpAfterError("Add --help for what it takes.")
    .addHelpText("after", `\nWithout an account: report-kit demo\n\n${exitCodeHelp}`);

  addSourceCommands(program, context, await configuredSources(args, io));
  addConfiguredCommands(program, context);
  addJobsCommands(program, context);
  addSandboxCommands(program, context);
  if (["completion", "complete"].includes(args[0] ?? "")) {
    const { default: tab } = await import("@bomb.sh/tab/commander");
    tab(program, { completionCommandName: "completion" });
  } else
    program.command("completion").argument("<shell>").description("a completion script: zsh, bash, fish, powershell");
  return program;
}

function addSandboxCommands(program: Command, context: Context): void {
  const { io, setExit } = context;
  program
    .command("sandbox")
    .description("run the four APIs on this machine, to try things without an account")
    .addOption(wholeNumber("--port <number>", "the first of five ports in a row (default: any free ones)"))
    .option("--host <name>", "the interface to listen on (default 127.0.0.1)")
    .option("--seed <text>", "the same seed gives the same ids, credentials and files")
    .addOption(wholeNumber("--rows <number>", "rows in each report's file (default 40)"))
    .addOption(wholeNumber("--ready-after-ms <number>", "how long a report takes (default 1500)"))
    .action(async (options: object) => setExit(await (await import("./commands/sandbox.ts")).sandbox(options, io)));
  program
    .command("demo")
    .description("fetch a report of each provider from the sandbox: no account, no configuration")
    .addArgument(argumentChoice(context, "[provider]", "one provider alone", providerNames))
    .option("--to <directory>", "where the files go (default: a new directory for temporary files)")
    .option("--json", "one JSON object a line")
    .action(async (only: string | undefined, options: object) =>
      setExit(await (await import("./commands/demo.ts")).demo(only, options, io)),
    );
}

/** Accounts of the configuration, which are sources by their names: read only for the commands that take one. */
async function configuredSources([command = "", ...rest]: readonly string[], io: Io): Promise<readonly NamedSource[]> {
  if (!["get", "plan", "complete"].includes(command)) return [];
  const at = rest.indexOf("--config");
  const named = at === -1 ? rest.find((arg) => arg.startsWith("--config="))?.slice("--config=".length) : rest[at + 1];
  // Reading it takes longer than all the rest of a help.
  if (named === undefined && !existsSync(resolve(io.cwd, "report-kit.config.yaml"))) return [];
  const { CliError } = await import("./cli-error.ts");
  const { readConfig } = await import("./config/config.ts");
  try {
    const { accounts } = await readConfig(named, io);
    return [...accounts].map(([name, account]) => ({ name, account }));
  } catch (error) {
    // Completion must not fail.
    if (error instanceof CliError && command === "complete") return [];
    throw error;
  }
}

function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { readonly version: string }).version; // our own package.json
}
