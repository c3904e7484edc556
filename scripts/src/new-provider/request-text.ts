import type { IdempotencyKey } from "./idempotency-key.ts";
import { keyDecision } from "./parameter-text.ts";
import { dateFields, fieldChecks } from "./field-text.ts";
import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { withoutUnused } from "./source-text.ts";

/** `request.ts` of a source: how a request is checked, and written in one way only. */
export function requestText(plan: Plan): string {
  const { name, pascal, operations, idempotencyKey } = plan;
  const key = idempotencyKey?.place === "body" ? idempotencyKey : undefined;
  const fields = plan.fields.filter((field) => field.name !== key?.name);
  const sendsRequest = plan.requestIn !== "nowhere";
  const isPlain = plan.fields.length > 0 || !sendsRequest;
  const { days, window } = dateFields(fields);
  const { lines, members } = fieldChecks(fields);
  const request = isPlain
    ? `${[...lines, ...members].some((text) => text.includes("fields[")) ? "const fields = " : ""}requestFields(input, ${JSON.stringify(fields.map((field) => field.name))});
  ${lines.join("\n  ")}
  const request = presentMembers({
${members.join("\n")}
  });`
    : `const request: JsonObject = ${undecided(`how a request is checked: the spec has no plain list of the fields of ${operations.request.name}. See circle-request.ts`)};`;
  const [day] = days;
  const period =
    window !== undefined
      ? "such as { from, to }, both included"
      : `such as periodOf(day)${day === undefined ? "" : ` of ${day}`}; undefined where the request does not say`;
  const tools = [
    "calendarDay",
    "endedDay",
    "matching",
    "oneOf",
    "presentMembers",
    "refuse",
    "requestFields",
    "trueField",
    "uuidField",
    "wholeNumber",
  ].filter((tool) => new RegExp(`\\b${tool}\\(`).test(request));
  const usesNow = /\bnow\b/.test(request);
  const types = [...(isPlain ? [] : ["JsonObject"]), "PreparedReport", ...(sendsRequest ? ["SourceCall"] : [])];
  return withoutUnused(`
import type { ReportRequest } from "@report-kit/${name}";
${tools.length === 0 ? "" : `import { ${tools.join(", ")} } from "../../source-tools/index.ts";`}
import type { ${types.join(", ")} } from "../../source-tools/index.ts";
import { undecided } from "./undecided.ts";

/** A report, in the words of the API. */
export type ${pascal}ReportRequest = ${key === undefined ? "ReportRequest" : `Omit<ReportRequest, ${JSON.stringify(key.name)}>`};

/** @throws ReportRequestError */
export function prepare${pascal}(${isPlain ? "input" : "_input"}: unknown, ${usesNow ? "now" : "_now"}: number): PreparedReport {
  ${request}
  return {
    reportType: ${undecided('the report type, in the provider\'s own word, such as "settlement"')},
    request,
    identity: ${undecided("identity: which fields of the request say which report it is, such as { day }. The key is made of them and never changes; leave out who asks, and e-mail addresses")},
    period: ${undecided(`the days that the report covers, ${period}`)},
    ${plan.fileType === undefined ? "" : `expects: "${plan.fileType}",`}
  };
}

${
  sendsRequest
    ? `/** The normalised request as the API takes it. */
${requestBodyText(pascal, key)}
`
    : ""
}`);
}

function requestBodyText(pascal: string, key: IdempotencyKey | undefined): string {
  const why = `// \`prepare${pascal}\` made it of this shape; the journal keeps it as JSON`;
  if (key === undefined)
    return `export function requestBody({ request }: Pick<SourceCall, "request">): ReportRequest {
  return request as unknown as ReportRequest; ${why}
}`;
  const value = key.takesJobKey ? "call.key" : undecided(keyDecision(`the body's ${key.name}`));
  return `export function requestBody(call: Pick<SourceCall, "request" | "key">): ReportRequest {
  const body = { ...call.request, ${JSON.stringify(key.name)}: ${value} };
  return body as unknown as ReportRequest; ${why}
}`;
}
