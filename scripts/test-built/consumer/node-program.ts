// What of a user's program needs Node's types.
import { createReportKit } from "report-kit";
import { monatoReports } from "report-kit/monato";
import { createMonatoClient } from "@report-kit/monato";
import { fileJournal, toDirectory, toFile } from "report-kit/node";
import { monatoWebhook } from "report-kit/webhook";

export const kit = createReportKit({ journal: fileJournal(".reports") });
export const targets = [toDirectory("out"), toFile("out/report.csv")];
const source = monatoReports(createMonatoClient({ clientId: "id", apiKey: "key", environment: "staging" }));
const handle = monatoWebhook({ kit, source, token: "t", onError: () => {} });
export const answer: Promise<Response> = handle(new Request("http://localhost/monato", { method: "POST" }));
