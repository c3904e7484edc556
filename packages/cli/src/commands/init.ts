import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { badInput } from "../cli-error.ts";
import { defaultConfig } from "../config/config.ts";
import { dayBefore, dayIn } from "../days.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { providerNames, providers } from "../providers.ts";
import type { ProviderName } from "../providers.ts";
import { writeLines } from "../terminal.ts";

export interface InitOptions {
  readonly config?: string | undefined;
}

/** `report-kit init`: a configuration to begin with. Never writes over a file. */
export async function init(wanted: readonly ProviderName[], options: InitOptions, io: Io): Promise<ExitCode> {
  const file = options.config ?? defaultConfig;
  const chosen = wanted.length === 0 ? providerNames : providerNames.filter((name) => wanted.includes(name));
  try {
    await writeFile(resolve(io.cwd, file), configText(chosen, dayBefore(dayIn("UTC", io.now()), 7)), { flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (error.code === "EEXIST")
      throw badInput(`${file} is there already, and was left as it is.`, "Name another one: --config FILE.");
    throw badInput(`${file} can't be written (${String(error.code)}).`, "Name another place: --config FILE.");
  }
  const variables = chosen.flatMap((name) => providers[name].credentials.map(({ variable }) => variable));
  io.out.write(`${file}\n`);
  writeLines(
    io.err,
    `
What to do next:
  1. Take out what you do not need, and correct the names and the zones.
  2. Set in the environment: ${variables.join(", ")}${chosen.includes("begateway") ? ", BEGATEWAY_BASE_URL" : ""}${chosen.includes("monato") ? ", MONATO_BASE_URL" : ""}
     Without an account: report-kit sandbox > sandbox.env in another shell prints them,
     and set -a; . ./sandbox.env; set +a sets them in this one.
  3. report-kit doctor    is everything as it should be?
  4. report-kit run       every night, from cron: all that is missing`,
  );
  return exitCodes.done;
}

/** As short as it can be: every other member has a default, and the schema shows it in an editor. */
export function configText(chosen: readonly ProviderName[], from: string): string {
  return `# yaml-language-server: $schema=./node_modules/@report-kit/cli/dist/config.schema.json
journal: .reports
to: reports
from: ${from} # the first day to fetch
sources:
${chosen.map((name) => examples[name]).join("\n")}
`;
}

const examples: Readonly<Record<ProviderName, string>> = {
  circle: `  treasury:
    provider: circle
    series: [{ reportType: camt053 }]`,
  begateway: `  psp:
    provider: begateway
    timeZone: Europe/Minsk
    series: [{ format: csv, user_id: 1098, currency: EUR }]`,
  monato: `  fincore:
    provider: monato
    series: [{ report_type: DAILY }]`,
  mercadopago: `  marketplace:
    provider: mercadopago
    timeZone: America/Argentina/Buenos_Aires
    series: [{ report_type: settlement }, { report_type: release }]`,
};
