import type { IncomingMessage } from "node:http";
import { json } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { sendAnswer } from "./delivery.ts";
import type { Fault } from "./faults.ts";
import { listen } from "./http-server.ts";
import type { Address, RunningServer } from "./http-server.ts";
import { readIncoming } from "./incoming.ts";
import type { ProviderApi } from "./provider-api.ts";
import { replacesAnswer, sendReplacement, spoilsAnswer } from "./replaced-answer.ts";
import type { Page } from "./replaced-answer.ts";
import type { MatchedRequest, Specification } from "./specification.ts";
import type { World } from "./world.ts";

/** Puts a provider on a socket: record, route, script, authorise, validate, handle, judge our own answer, send. */
export function startProviderServer(
  world: World,
  api: ProviderApi,
  specification: Specification,
  address: Address,
): Promise<RunningServer> {
  return listen(world.clock, address, async (request, response) => {
    const { url, text, seen } = await readIncoming(world, api.provider, request);
    const matched = specification.match({
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.search.slice(1),
      headers: headersOf(request),
      ...(text === "" ? {} : { body: text }),
    });
    seen.operationId = matched?.operationId;
    seen.authorised = matched !== undefined && isAuthorised(api, matched, request);
    const fault = world.faults.take(seen);
    const sending = (status: number): void => {
      seen.status = status;
    };
    if (fault !== undefined && replacesAnswer(fault)) {
      if (fault.afterHandling === true) await answerTo(world, api, specification, matched, seen.authorised, undefined);
      await sendReplacement(response, fault, errorPage(api), api.commonHeaders?.() ?? {}, sending);
      return;
    }
    const answer = await answerTo(world, api, specification, matched, seen.authorised, fault);
    sending(answer.status);
    await sendAnswer(response, answer, fault !== undefined && spoilsAnswer(fault) ? fault : undefined);
  });
}

async function answerTo(
  world: World,
  api: ProviderApi,
  specification: Specification,
  matched: MatchedRequest | undefined,
  authorised: boolean,
  fault: Fault | undefined,
): Promise<Answer> {
  if (matched === undefined) return json(404, api.errorBody(404), api.commonHeaders?.());
  const { operationId } = matched;
  const handled = await handle(api, matched, authorised, fault);
  const answer = { ...handled, headers: { ...api.commonHeaders?.(), ...handled.headers } };
  const problems = specification.judge(operationId, answer);
  if (problems.length === 0) return answer;
  const violation = { provider: api.provider, operationId, status: answer.status, problems };
  world.violations.push(violation);
  throw new Error(`the sandbox's own answer is not what the spec says: ${JSON.stringify(violation)}`);
}

function handle(
  api: ProviderApi,
  matched: MatchedRequest,
  authorised: boolean,
  fault: Fault | undefined,
): Answer | Promise<Answer> {
  if (!authorised) return api.unauthorised();
  if (matched.problems.length > 0) return api.invalid(matched);
  const handler = api.handlers[matched.operationId];
  if (handler === undefined) throw new Error(`${api.provider} has no handler for ${matched.operationId}`);
  return handler({
    ...matched,
    reportFails: fault?.kind === "report-fails",
    nothingMade: fault?.kind === "nothing-made",
  });
}

function isAuthorised(api: ProviderApi, matched: MatchedRequest, request: IncomingMessage): boolean {
  if (matched.security.length === 0) return true;
  return matched.security.some((schemes) =>
    schemes.every((scheme) => api.authorised(scheme, request.headers, matched.path)),
  );
}

function errorPage(api: ProviderApi): (status: number) => Page {
  return (status) => ({ text: JSON.stringify(api.errorBody(status)), mediaType: "application/json" });
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]),
  );
}
