import type { Command } from "commander";
import { choice } from "./command-options.ts";
import type { Context } from "./command-options.ts";

const phases = ["new", "creating", "waiting", "ready", "delivered", "failed", "expired", "indeterminate"];

/** `jobs`: look into the journal. Sends nothing. */
export function addJobsCommands(program: Command, context: Context): void {
  const { io, setExit } = context;
  const jobs = program
    .command("jobs")
    .usage("<command>")
    .description("look into the journal, and look after it; sends nothing");
  addOptions(jobs.command("list").description("the jobs, the newest last"))
    .option("--source <id>", "of one source, such as circle/treasury")
    .addOption(choice(context, "--phase <phase>", "in one phase", phases))
    .option("--since <time>", "ended or begun no longer ago than this, such as 7d")
    .option("--html <file>", "write one self-contained page")
    .action(async (options: object) => setExit(await (await import("./commands/jobs.ts")).list(options, io)));
  addOptions(
    jobs.command("show").description("all that the journal has of a job").argument("<key>", "its key or its bookmark"),
  ).action(async (key: string, options: object) =>
    setExit(await (await import("./commands/jobs.ts")).show(key, options, io)),
  );
  addOptions(
    jobs
      .command("why")
      .description("why a job stands where it stands, and what to do")
      .argument("<key>", "its key or its bookmark"),
  ).action(async (key: string, options: object) =>
    setExit(await (await import("./commands/jobs.ts")).why(key, options, io)),
  );
  addOptions(
    jobs
      .command("forget")
      .description("forget a job: the next run asks the provider again")
      .argument("<key>", "its key or its bookmark"),
  )
    .option("--yes", "it may make a second report, and that is accepted")
    .action(async (key: string, options: object) =>
      setExit(await (await import("./commands/jobs.ts")).forget(key, options, io)),
    );
  addOptions(jobs.command("prune").description("remove jobs that ended long ago"))
    .option("--ended-before <time>", "how long ago, such as 400d")
    .action(async (options: object) => setExit(await (await import("./commands/jobs.ts")).prune(options, io)));
}

function addOptions(command: Command): Command {
  return command
    .option("--journal <where>", "a directory, or postgres:VARIABLE (default: the configuration's, or .reports)")
    .option("--config <file>", "the configuration that names the journal")
    .option("--json", "one JSON object a line, on standard output");
}
