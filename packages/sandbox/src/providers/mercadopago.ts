import { json } from "../answer.ts";
import type { Answer } from "../answer.ts";
import { localDays } from "../local-days.ts";
import type { Call, InvalidCall, ProviderApi } from "../provider-api.ts";
import type { World } from "../world.ts";
import { mercadopagoError } from "./mercadopago-error.ts";
import { mercadopagoFamily } from "./mercadopago-family.ts";
import type { FamilyHandlers } from "./mercadopago-family.ts";
import type { MercadopagoSettings } from "./mercadopago-settings.ts";

/** Mercado Pago's two report families. The pages read on 2026-11-20 are named in specs/mercadopago/sources.md. */
export function mercadopagoApi(world: World, settings: MercadopagoSettings): ProviderApi {
  const days = localDays(settings.timeZone);
  const settlement = mercadopagoFamily(world, "settlement", settings, days);
  const release = mercadopagoFamily(world, "release", settings, days);
  return {
    provider: "mercadopago",
    handlers: { ...named(settlement, "Settlement"), ...named(release, "Release") },
    authorised: (_scheme, headers) => headers["authorization"] === `Bearer ${settings.accessToken}`,
    unauthorised: () => json(401, errorBody(401)),
    invalid,
    errorBody,
  };
}

/** The operation ids of the two families differ in one word. */
function named(handlers: FamilyHandlers, word: string): Record<string, (call: Call) => Answer> {
  return {
    [`create${word}Report`]: handlers.create,
    [`list${word}Reports`]: handlers.list,
    [`search${word}Reports`]: handlers.search,
    [`get${word}ReportTask`]: handlers.task,
    [`download${word}Report`]: handlers.download,
    [`get${word}ReportConfig`]: handlers.readConfig,
    [`create${word}ReportConfig`]: handlers.createConfig,
    [`update${word}ReportConfig`]: handlers.updateConfig,
    [`enable${word}ReportSchedule`]: handlers.enableSchedule,
    [`disable${word}ReportSchedule`]: handlers.disableSchedule,
  };
}

const periodMessages: Readonly<Record<string, string>> = {
  begin_date: "You must specify 'begin_date' parameter.",
  end_date: "You must specify 'end_date' parameter.",
};

function invalid(call: InvalidCall): Answer {
  const [problem] = call.problems;
  const field = problem?.field.split(".")[0] ?? "";
  if (call.operationId.endsWith("Task")) {
    return mercadopagoError(400, "invalid_parameter", "Failed to convert 'taskId'");
  }
  if (call.operationId.startsWith("download")) return mercadopagoError(404, "not_found", "Resource not found.");
  if (call.operationId.startsWith("search"))
    return mercadopagoError(400, `invalid_${field || "filters"}`, `Invalid ${field || "filters"}.`);
  if (call.operationId.endsWith("Config")) {
    const part = field === "" ? "file config" : field.replace("sftp_info", "sftp info");
    return mercadopagoError(400, `Invalid ${part}`, `Invalid ${part}.`);
  }
  // With both dates wrong the first is named, as a provider that checks one after the other does.
  const date = call.problems.some((one) => one.field === "begin_date") ? "begin_date" : field;
  return mercadopagoError(400, `invalid_${date || "body"}`, periodMessages[date] ?? `Invalid ${date || "body"}.`);
}

const errors: Readonly<Record<number, readonly [string, string]>> = {
  401: ["Invalid token", "Invalid token."],
  404: ["not_found", "Resource not found."],
  429: ["too_many_requests", "Too many requests."],
  500: ["internal_error", "Internal error."],
};

function errorBody(status: number): unknown {
  const [error, message] = errors[status] ?? ["error", "Something went wrong."];
  return { message, error, status, cause: [] };
}
