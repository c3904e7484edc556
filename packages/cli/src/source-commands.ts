import type { Command } from "commander";
import { Option } from "commander";
import { CliError, shown } from "./cli-error.ts";
import { choice, wholeNumber } from "./command-options.ts";
import type { Context } from "./command-options.ts";
import { addFetchOptions } from "./fetch-command-options.ts";
import { providerNames, providers } from "./providers.ts";
import { dateHelp, fieldsOf, flagOf } from "./report-fields.ts";
import type { FieldTexts, ReportField } from "./report-fields.ts";
import type { GetOptions } from "./commands/get.ts";
import type { PlanCommandOptions } from "./commands/plan.ts";
import { shellLines } from "./shell-lines.ts";
import type { Account } from "./sources.ts";

/** A source that can be asked: a provider by its own name, or an account of the configuration. */
export interface NamedSource {
  readonly name: string;
  readonly account: Account;
}

/** `get <source>` and `plan <source>`, where each source has the options of its provider's requests. */
export function addSourceCommands(program: Command, context: Context, configured: readonly NamedSource[]): void {
  addGroup(program.command("get").description("fetch one report, whole"), addGet, context, configured);
  addGroup(
    program.command("plan").description("when a report would be looked for; sends nothing"),
    addPlan,
    context,
    configured,
  );
}

type AddSource = (group: Command, source: NamedSource, context: Context) => void;

function addGroup(group: Command, add: AddSource, context: Context, configured: readonly NamedSource[]): void {
  group.usage("<source> [options]");
  const own = providerNames.map((provider): NamedSource => ({ name: provider, account: { provider, label: "main" } }));
  const named = [...configured, ...own.filter(({ name }) => !configured.some((source) => source.name === name))];
  for (const source of named) add(group, source, context);
  group.addHelpText("after", `\nThe options of one: report-kit ${group.name()} circle --help`);
  group.on("command:*", ([name = ""]: string[]) => {
    const known = named.map((source) => source.name);
    throw new CliError({
      code: "unknown-source",
      message: `There is no source ${shown(name)}.${context.didYouMean(name, known)}`,
      todo: `The sources are ${known.join(", ")}. An account of your own gets a name in report-kit.config.yaml: report-kit init writes one.`,
    });
  });
}

function addGet(get: Command, { name, account }: NamedSource, context: Context): void {
  const { io, setExit } = context;
  const { provider } = account;
  const facts = providers[provider];
  const { credentials, baseUrlVariable, environments, accountFrom, title, example } = facts;
  const command = get
    .command(name)
    .description(name === provider ? `a report of ${title}` : `a report of ${name} (${title})`);
  const readTexts = addFields(command, account, context);
  command.addOption(
    wholeNumber("--epoch <number>", "have the same report made again, once the one before has ended (default 0)"),
  );
  command.optionsGroup("The account:");
  if (name === provider && accountFrom === undefined)
    command.option(
      "--account <label>",
      "your label of the account, the same every time: part of paths and keys",
      "main",
    );
  if (environments.length > 0)
    command.addOption(choice(context, "--environment <name>", "which of its APIs", environments));
  command.option("--sandbox", "start the API on this machine, and ask that");
  addFetchOptions(command).option(
    "--config <file>",
    "where sources have names (default report-kit.config.yaml, where there is one)",
  );
  command.addHelpText(
    "after",
    `
Environment:
${[...credentials.map(({ variable }) => variable), baseUrlVariable].map((variable) => `  ${variable}`).join("\n")}

Example:
${shellLines(`report-kit get ${name} ${example} --to reports`).join("\n")}`,
  );
  command.action(async (options: GetOptions & Readonly<Record<string, string | undefined>>) => {
    const { get: run } = await import("./commands/get.ts");
    const given = {
      label: options["account"] ?? account.label,
      environment: options["environment"] ?? account.environment,
      timeZone: options["timeZone"] ?? account.timeZone,
    };
    setExit(await run({ ...account, ...given }, readTexts(options), options, io));
  });
}

function addPlan(plan: Command, { name, account }: NamedSource, context: Context): void {
  const { io, setExit } = context;
  const command = plan.command(name).description(`a report of ${providers[account.provider].title}`);
  const readTexts = addFields(command, account, context);
  command
    .optionsGroup("The plan:")
    .option("--horizon <time>", "how far to look ahead, such as 12h (default 6h)")
    .option("--json", "one JSON object a line, on standard output")
    .action(async (options: PlanCommandOptions & Readonly<Record<string, string | undefined>>) => {
      const { plan: run } = await import("./commands/plan.ts");
      const timeZone = options["timeZone"] ?? account.timeZone;
      setExit(await run({ ...account, timeZone }, readTexts(options), options, io));
    });
}

/** The fields of the provider's request as options, and how to read them. */
function addFields(
  command: Command,
  { provider }: Account,
  context: Context,
): (options: Readonly<Record<string, string | undefined>>) => FieldTexts {
  const { timeZone } = providers[provider];
  command.optionsGroup("The report:");
  const attributes = fieldsOf(provider).map((field) => {
    const option = fieldOption(field, context);
    command.addOption(option);
    return [field.name, option.attributeName()] as const;
  });
  const ownZone = provider === "circle" ? " (a camt053 is always of a day in UTC)" : "";
  const zone = timeZone === undefined ? ownZone : ` (default ${timeZone})`;
  command.option("--time-zone <name>", `the account's time zone, for its days${zone}`);
  command.option("--allow-partial", "take a day or month that has not ended: a report of its own");
  return (options) => Object.fromEntries(attributes.map(([name, attribute]) => [name, options[attribute]]));
}

function fieldOption(field: ReportField, context: Context): Option {
  const { name, values = [], about, required, only, type, format } = field;
  const flag = flagOf(name);
  const notes = [
    // The day's form is written once, with the words that stand for it.
    about.replace(/\.$/, "").replace(" (YYYY-MM-DD)", ""),
    ...(only === undefined ? [] : [`for ${only.join(", ")}`]),
    ...(format === "date" || format === "date-time" ? [dateHelp] : []),
    ...(required && values.length !== 1 ? ["required"] : []),
  ];
  const description = notes.join("; ");
  if (values.length > 0) return choice(context, `${flag} <value>`, description, values);
  return new Option(
    `${flag} <${type === "integer" ? "number" : format?.startsWith("date") === true ? "date" : "text"}>`,
    description,
  );
}
