import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes, worstOf } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { flagOf } from "../report-fields.ts";
import type { FieldTexts } from "../report-fields.ts";
import type { Io } from "../io.ts";
import { providerNames, providers } from "../providers.ts";
import type { ProviderName } from "../providers.ts";
import { withSandbox } from "../sandboxed.ts";
import { shellLines } from "../shell-lines.ts";
import { styled, writeLines } from "../terminal.ts";
import { get } from "./get.ts";

export interface DemoOptions {
  readonly to?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `report-kit demo`: a report of each provider from the sandbox, without an account. */
export async function demo(only: string | undefined, options: DemoOptions, io: Io): Promise<ExitCode> {
  const directory = options.to ?? (await mkdtemp(join(tmpdir(), "report-kit-demo-")));
  const chosen = providerNames.filter((name) => only === undefined || name === only);
  const say = (text: string): void => {
    if (options.json !== true) writeLines(io.err, text);
  };
  say("The four APIs run on this machine now. No account is needed, and nothing leaves it.");
  return withSandbox(io, async (own) => {
    const codes: ExitCode[] = [];
    for (const provider of chosen) {
      const texts = wanted[provider];
      say([`\n${styled(io.err, "bold", providers[provider].title)}`, ...asCommand(provider, texts)].join("\n"));
      const account = { provider, label: "demo", timeZone: providers[provider].timeZone ?? zone };
      const where = { to: join(directory, "reports"), journal: join(directory, "journal"), deadline: "60s" };
      codes.push(await get(account, texts, { ...where, json: options.json }, own));
    }
    const worst = worstOf(codes);
    if (worst === exitCodes.done) say(next(directory, io));
    return worst;
  });
}

const zone = "America/Argentina/Buenos_Aires";

/** Two days ago: between midnight and 02:00 UTC a job waits for the documented ready time of Circle's report of yesterday. */
const wanted: Readonly<Record<ProviderName, FieldTexts>> = {
  circle: { reportType: "camt053", date: "-2d" },
  begateway: { format: "csv", user_id: "1098", currency: "USD", date_from: "-2d", date_to: "-2d" },
  monato: { report_type: "DAILY", operation_date: "-2d" },
  mercadopago: { report_type: "settlement", begin_date: "-7d", end_date: "-2d" },
};

/** The same as a command to copy: words for days need the zone, where the provider has none of its own. */
function asCommand(provider: ProviderName, texts: FieldTexts): readonly string[] {
  const fields = Object.entries(texts).map(([name, text]) => `${flagOf(name)} ${text}`);
  const ownZone = provider === "circle" || providers[provider].timeZone !== undefined;
  return shellLines(
    ["report-kit get", provider, ...fields, ...(ownZone ? [] : [`--time-zone ${zone}`]), "--sandbox"].join(" "),
  );
}

function next(directory: string, { env }: Io): string {
  // By npx there is no command of that name on the PATH.
  const command = env["npm_command"] === "exec" ? "npx @report-kit/cli" : "report-kit";
  const lines = [
    ["get circle --help", "the options of one provider"],
    ["init", "a configuration for every night"],
    ["sandbox", "keep the four APIs running, to test your own program"],
  ];
  return `
The files lie in ${join(directory, "reports")}.

What to do next:
${lines.map(([name, about]) => `  ${`${command} ${name}`.padEnd(command.length + 24)}${about}`).join("\n")}`;
}
