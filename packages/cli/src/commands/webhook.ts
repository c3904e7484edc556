import { createServer } from "node:http";
import { relative, resolve } from "node:path";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { createReportKit } from "report-kit";
import type { ReportSource } from "report-kit";
import type { MonatoReportRequest } from "report-kit/monato";
import { toDirectory } from "report-kit/node";
import { monatoWebhook, resumeMonatoNotices } from "report-kit/webhook";
import type { MonatoNoticeOptions } from "report-kit/webhook";
import { badInput, CliError } from "../cli-error.ts";
import { readConfig } from "../config/config.ts";
import type { Config } from "../config/config.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { failureOf } from "../failure.ts";
import type { Io } from "../io.ts";
import { defaultJournal, openJournal } from "../journals.ts";
import { createReporter } from "../reporter.ts";
import { openSource } from "../sources.ts";
import type { ConfigOptions } from "./fetch-options.ts";
import { defaultTarget } from "./get.ts";

export interface WebhookOptions extends ConfigOptions {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

const tokenVariable = "MONATO_WEBHOOK_TOKEN";

/** `report-kit webhook`: an endpoint for Monato's notices. Each report that one names is delivered once, as `run` does. */
export async function webhook(options: WebhookOptions, io: Io): Promise<ExitCode> {
  const config = await readConfig(options.config, io);
  const account = monatoAccount(config, options.only);
  const token = io.env[tokenVariable] ?? "";
  if (token === "")
    throw new CliError({
      code: "no-credentials",
      exit: exitCodes.credentials,
      message: `${tokenVariable} is not set in the environment.`,
      todo: "Set it to the token that the webhook was registered with: Monato sends it with each notice.",
    });
  const source = (await openSource(account, io)) as ReportSource<MonatoReportRequest>; // of a Monato account
  const reporter = createReporter(io, options);
  const { journal, close } = await openJournal(options.journal ?? config.journal ?? defaultJournal, io);
  const kit = createReportKit({ journal, requestCostS: io.requestCostS, onEvent: (event) => reporter.onEvent(event) });
  const { fileName, evidence } = config;
  const target = toDirectory(resolve(io.cwd, config.to ?? defaultTarget), { fileName, evidence });
  const notices: MonatoNoticeOptions = {
    kit,
    source,
    async onReport(job) {
      const { file, name } = await job.deliver(target, { signal: io.signal });
      // With --json its event is the line.
      if (!reporter.json) reporter.text(file?.path === undefined ? name : relative(io.cwd, file.path));
    },
    onError: (error) => {
      if (!io.signal.aborted) reporter.failure(failureOf(error), source.id);
    },
    onEvent: (event) =>
      reporter.note(
        `notice: ${event.type}${"reason" in event ? ` (${event.reason})` : ""}${"fileName" in event ? ` ${event.fileName}` : ""}`,
      ),
  };
  const server = createServer(createRequestListener(monatoWebhook({ ...notices, token })));
  await new Promise<void>((done, fail) => {
    server.once("error", (error) =>
      fail(badInput(`The endpoint can't listen: ${error.message}.`, "Choose another --port or --host.")),
    );
    server.listen(options.port ?? 8080, options.host ?? "127.0.0.1", done);
  });
  try {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    reporter.note(
      `Notices for ${source.id} are taken at http://${options.host ?? "127.0.0.1"}:${port}/. Press Ctrl+C to stop.`,
    );
    // What was acknowledged before the last end, and not acted on.
    await resumeMonatoNotices(notices);
    await new Promise<void>((done) => {
      if (io.signal.aborted) done();
      io.signal.addEventListener("abort", () => done(), { once: true });
    });
    return exitCodes.done;
  } finally {
    server.close();
    server.closeAllConnections();
    reporter.close();
    await close();
  }
}

function monatoAccount({ file, accounts }: Config, only: string | undefined) {
  const found = [...accounts].filter(
    ([name, { provider }]) => provider === "monato" && (only === undefined || name === only),
  );
  const [first] = found;
  if (first !== undefined && found.length === 1) return first[1];
  const names = found.map(([name]) => name).join(", ");
  if (found.length > 1) throw badInput(`${file} has several accounts at Monato: ${names}.`, "Name one: --only NAME.");
  throw badInput(
    `${file} has no such account at Monato, the one provider with notices.`,
    "Add one: report-kit init monato shows how.",
  );
}
