import type { Command } from "commander";
import { argumentChoice, wholeNumber } from "./command-options.ts";
import type { Context } from "./command-options.ts";
import { addFetchOptions } from "./fetch-command-options.ts";
import { providerNames } from "./providers.ts";
import type { ProviderName } from "./providers.ts";

/** Commands that work by the configuration. */
export function addConfiguredCommands(program: Command, context: Context): void {
  const { io, setExit } = context;
  addConfigOptions(program.command("run").description("the nightly run: deliver every report that is missing"))
    .option("--deadline <time>", "for the whole run, such as 3h (default: 6h for each report)")
    .option("--quiet", "results and errors alone")
    .action(async (options: object) => setExit(await (await import("./commands/run.ts")).run(options, io)));
  addConfigOptions(
    program
      .command("missing")
      .description("reports of days and months that have ended and are not delivered; sends nothing"),
  ).action(async (options: object) => setExit(await (await import("./commands/missing.ts")).missing(options, io)));
  const resume = program
    .command("resume")
    .description("continue a report job, from wherever it stands")
    .argument("<bookmark>", "the job's bookmark or key, out of an error, a log or jobs list");
  addFetchOptions(resume)
    .option("--config <file>", "the configuration (default report-kit.config.yaml, where there is one)")
    .action(async (bookmark: string, options: object) =>
      setExit(await (await import("./commands/resume.ts")).resume(bookmark, options, io)),
    );
  addConfigOptions(
    program
      .command("doctor")
      .description("check addresses, credentials, clocks, the journal and the target; makes nothing"),
  )
    .option("--fix", "show the report configuration that an account at Mercado Pago lacks")
    .option("--yes", "with --fix: make it there")
    .action(async (options: object) => setExit(await (await import("./commands/doctor.ts")).doctor(options, io)));
  addConfigOptions(
    program
      .command("webhook")
      .description("an endpoint for Monato's notices: delivers each report that one names, once"),
  )
    .addOption(wholeNumber("--port <number>", "where it listens (default 8080)"))
    .option("--host <name>", "the interface to listen on (default 127.0.0.1)")
    .addHelpText(
      "after",
      `
Notices of account statements are left to run: they have another number of the
account than the CLABE that a request needs.

Environment:
  MONATO_WEBHOOK_TOKEN  the token that the webhook was registered with`,
    )
    .action(async (options: object) => setExit(await (await import("./commands/webhook.ts")).webhook(options, io)));
  program
    .command("init")
    .description("write a configuration to begin with")
    .addArgument(argumentChoice(context, "[provider...]", "whose accounts to begin with (default: all)", providerNames))
    .option("--config <file>", "where to write it (default report-kit.config.yaml)")
    // The argument's choices are the providers.
    .action(async (wanted: readonly ProviderName[], options: object) =>
      setExit(await (await import("./commands/init.ts")).init(wanted, options, io)),
    );
}

function addConfigOptions(command: Command): Command {
  return command
    .option("--config <file>", "the configuration (default report-kit.config.yaml)")
    .option("--only <name>", "one source or one series")
    .option("--journal <where>", "another journal than the configuration's")
    .option("--json", "one JSON object a line, on standard output");
}
