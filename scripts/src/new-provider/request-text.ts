import type { IdempotencyKey } from "./idempotency-key.ts";
import { keyDecision } from "./parameter-text.ts";
import { undecided } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { RequestField } from "./spec-facts.ts";

/** `request.ts` of a source: how a request is checked, and what it is as the API takes it. */
export function requestText(plan: Plan): string {
  const { name, pascal, operations, idempotencyKey } = plan;
  const key = idempotencyKey?.place === "body" ? idempotencyKey : undefined;
  const fields = plan.fields.filter((field) => field.name !== key?.name);
  const members = fields.map((field) => `    ${JSON.stringify(field.name)}: ${fieldText(field)},`);
  const tools = ["calendarDay", "matching", "oneOf", "trueField", "uuidField", "wholeNumber"].filter((tool) =>
    members.some((member) => member.includes(`${tool}(`)),
  );
  const sendsRequest = plan.requestIn !== "nowhere";
  const plain = plan.fields.length > 0 || plan.requestIn === "nowhere";
  return `
import type { ReportRequest } from "@report-kit/${name}";
import { ${[...tools, ...(plain ? ["presentMembers", "requestFields"] : [])].join(", ")} } from "../../source-tools/index.ts";
import type { ${[...(plain ? [] : ["JsonObject"]), "PreparedReport", ...(sendsRequest ? ["SourceCall"] : [])].join(", ")} } from "../../source-tools/index.ts";
import { undecided } from "./undecided.ts";

/** A report, in the words of the API. */
export type ${pascal}ReportRequest = ${key === undefined ? "ReportRequest" : `Omit<ReportRequest, ${JSON.stringify(key.name)}>`};

/** @throws ReportRequestError */
export function prepare${pascal}(input: unknown): PreparedReport {
  ${
    plain
      ? `${members.some((member) => member.includes("fields[")) ? "const fields = " : ""}requestFields(input, ${JSON.stringify(fields.map((field) => field.name))});
  const request = presentMembers({
${members.join("\n")}
  });`
      : `const request: JsonObject = ${undecided(`how a request is checked: the spec has no plain list of the fields of ${operations.request.name}. See circle-request.ts`)};`
  }
  return {
    reportType: ${undecided('the report type, in the provider\'s own word, such as "settlement"')},
    request,
    identity: ${undecided("identity: which fields of the request say which report it is, such as { day }. The key is made of them and never changes; leave out who asks, and e-mail addresses")},
    period: ${undecided("the days that the report covers, such as periodOf(day); undefined where the request does not say")},
    ${plan.fileType === undefined ? "" : `expects: "${plan.fileType}",`}
  };
}

${
  sendsRequest
    ? `/** The normalised request as the API takes it. */
${requestBodyText(pascal, key)}
`
    : ""
}`;
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

function fieldText({ name, schema, isRequired }: RequestField): string {
  const text = checkText(`"request.${name}"`, `fields[${JSON.stringify(name)}]`, name, schema);
  return isRequired || text.startsWith("trueField") || text.startsWith("undecided")
    ? text
    : `fields[${JSON.stringify(name)}] === undefined ? undefined : ${text}`;
}

function checkText(field: string, value: string, name: string, schema: RequestField["schema"]): string {
  const { type, format, enum: values } = schema;
  if (Array.isArray(values) && values.every((each) => typeof each === "string"))
    return `oneOf(${field}, ${value}, ${JSON.stringify(values)})`;
  if (type === "boolean") return `trueField(${field}, ${value})`;
  if (type === "integer") return `wholeNumber(${field}, ${value})`;
  if (type === "string" && format === "date") return `calendarDay(${field}, ${value})`;
  if (type === "string" && format === "uuid") return `uuidField(${field}, ${value})`;
  if (type === "string" && format === undefined) return `matching(${field}, ${value}, /\\S/, "a text")`;
  const kind = [type, format].filter((each) => typeof each === "string").join(", ") || "no plain type";
  return undecided(`how request.${name} (${kind}) is checked and written in one way only`);
}
