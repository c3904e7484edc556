import type { Command } from "commander";
import { Option } from "commander";
import { CliError, shown } from "./cli-error.ts";
import { choice, wholeNumber } from "./command-options.ts";
import type { Context } from "./command-options.ts";
import { providerNames, providers } from "./providers.ts";
import { dateHelp, fieldsOf, flagOf } from "./report-fields.ts";
import type { FieldTexts, ReportField } from "./report-fields.ts";
import type { GetOptions } from "./commands/get.ts";
import type { Account } from "./sources.ts";

/** A source that can be asked: a provider by its own name, or an account of the configuration. */
export interface NamedSource {
  readonly name: string;
  readonly account: Account;
}

/** `get <source>`, where each source has the options of its provider's requests. */
export function addGet(program: Command, context: Context, configured: readonly NamedSource[] = []): void {
  const get = program.command("get").description("fetch one report, whole").usage("<source> [options]");
  const own = providerNames.map((provider): NamedSource => ({ name: provider, account: { provider, label: "main" } }));
  const named = [...configured, ...own.filter(({ name }) => !configured.some((source) => source.name === name))];
  for (const source of named) addSource(get, source, context);
  get.on("command:*", ([name = ""]: string[]) => {
    const known = named.map((source) => source.name);
    throw new CliError({
      code: "unknown-source",
      message: `There is no source ${shown(name)}.${context.didYouMean(name, known)}`,
      todo: `The sources are ${known.join(", ")}. An account of your own gets a name in report-kit.config.yaml: report-kit init writes one.`,
    });
  });
}

function addSource(get: Command, { name, account }: NamedSource, context: Context): void {
  const { io, setExit } = context;
  const { provider } = account;
  const facts = providers[provider];
  const { credentials, baseUrlVariable, environments, accountFrom, timeZone, title, example } = facts;
  const command = get
    .command(name)
    .description(name === provider ? `a report of ${title}` : `a report of ${name} (${title})`);
  command.optionsGroup("The report:");
  const byFlag = fieldsOf(provider).map((field) => {
    const option = fieldOption(field, context);
    command.addOption(option);
    return { field, attribute: option.attributeName() };
  });
  const zone = timeZone === undefined ? "" : ` (default ${timeZone})`;
  command.option("--time-zone <name>", `the account's time zone, for its days${zone}`);
  command.option("--allow-partial", "take a day or month that has not ended: a report of its own");
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
  addFetchOptions(command);
  command.addHelpText(
    "after",
    `
Environment:
${[...credentials.map(({ variable }) => variable), baseUrlVariable].map((variable) => `  ${variable}`).join("\n")}

Example:
  report-kit get ${name} ${example} --to reports`,
  );
  command.action(async (options: GetOptions & Readonly<Record<string, string | undefined>>) => {
    const texts: FieldTexts = Object.fromEntries(
      byFlag.map(({ field, attribute }) => [field.name, options[attribute]]),
    );
    const { get: run } = await import("./commands/get.ts");
    const given = {
      label: options["account"] ?? account.label,
      environment: options["environment"] ?? account.environment,
      timeZone: options["timeZone"] ?? account.timeZone,
    };
    setExit(await run({ ...account, ...given }, texts, options, io));
  });
}

/** How to wait and where the file goes: of `get` and `resume`. */
export function addFetchOptions(command: Command): void {
  command
    .optionsGroup("The file and the wait:")
    .option("--to <directory>", "where the file goes (default reports)")
    .option("--journal <where>", "a directory, or postgres:VARIABLE with a database's address (default .reports)")
    .option("--deadline <time>", "stop waiting after this time, such as 90m (default 6h, or the provider's own)")
    .option("--overwrite", "replace another file that has the name")
    .option("--recreate", "where nobody can know whether the report was made: ask again, and accept a duplicate")
    .option("--json", "one JSON object a line, on standard output")
    .option("--quiet", "results and errors alone");
}

function fieldOption(field: ReportField, context: Context): Option {
  const { name, values = [], about, required, only, type, format } = field;
  const flag = flagOf(name);
  const notes = [
    about.replace(/\.$/, ""),
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
