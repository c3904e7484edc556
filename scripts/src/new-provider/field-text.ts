import { isSimplePattern } from "./example-value.ts";
import { undecided } from "./plan.ts";
import { typesOf } from "./schema-members.ts";
import type { RequestField } from "./spec-facts.ts";

/** The days of a request: each by its name, and the two that are the first and the last day of a period. */
export interface DateFields {
  readonly days: readonly string[];
  readonly window: { readonly from: string; readonly to: string } | undefined;
}

export function dateFields(fields: readonly RequestField[]): DateFields {
  const days = fields.filter(isDay).map(({ name }) => name);
  const first = days.filter((name) => hasWord(name, /^(?:from|start\w*|begin\w*|since|first)$/));
  const last = days.filter((name) => hasWord(name, /^(?:to|until|till|end\w*|through|last)$/));
  const [from] = first;
  const [to] = last;
  const isWindow = from !== undefined && to !== undefined && first.length === 1 && last.length === 1;
  return { days, window: isWindow ? { from, to } : undefined };
}

function isDay({ schema }: RequestField): boolean {
  return typesOf(schema)[0] === "string" && schema["format"] === "date" && schema["enum"] === undefined;
}

/** How the fields of a request are checked: what comes before the request is made, and its members. */
export function fieldChecks(fields: readonly RequestField[]): {
  readonly lines: readonly string[];
  readonly members: readonly string[];
} {
  const { days, window } = dateFields(fields);
  const zone = undecided(
    `the time zone of ${days.join(" and ")}: the IANA name that the provider documents, such as "UTC"; undefined where it is not known, so that a day must have ended everywhere; or an option timeZone of the source, as circle.ts has it`,
  );
  const whole =
    days.length === 0
      ? []
      : [`const timeZone: string | undefined = ${zone};`, "const whole = { now, timeZone, allowPartial: false };"];
  const order =
    window === undefined
      ? []
      : [
          `const from = ${checkOf(fields, window.from, (field, value) => `calendarDay(${field}, ${value})`)};`,
          `const to = ${checkOf(fields, window.to, (field, value) => `endedDay(${field}, ${value}, whole)`)};`,
          `if (${[window.from, window.to].some((name) => isOptional(fields, name)) ? "from !== undefined && to !== undefined && " : ""}from > to) refuse("request.${window.from}", "a day that is not after ${window.to}", from);`,
        ];
  return {
    lines: [...whole, ...order],
    members: fields.map((field) => {
      const value = field.name === window?.from ? "from" : field.name === window?.to ? "to" : fieldText(field);
      return `    ${JSON.stringify(field.name)}: ${value},`;
    }),
  };
}

function isOptional(fields: readonly RequestField[], name: string): boolean {
  return fields.some((field) => field.name === name && !field.isRequired && field.schema["default"] === undefined);
}

function checkOf(
  fields: readonly RequestField[],
  name: string,
  check: (field: string, value: string) => string,
): string {
  const field = fields.find((each) => each.name === name);
  return field === undefined ? "" : withAbsence(field, check);
}

/** A check, where a field may be absent: then the default of the spec, so that both give one key; else nothing. */
function withAbsence(
  { name, schema, isRequired }: RequestField,
  check: (field: string, value: string) => string,
): string {
  const field = JSON.stringify(`request.${name}`);
  const value = `fields[${JSON.stringify(name)}]`;
  const { default: standard } = schema;
  if (["string", "number", "boolean"].includes(typeof standard))
    return check(field, `${value} ?? ${JSON.stringify(standard)}`);
  const text = check(field, value);
  return isRequired || text.startsWith("undecided(") ? text : `${value} === undefined ? undefined : ${text}`;
}

function fieldText(field: RequestField): string {
  return withAbsence(field, (path, value) => checkText(path, value, field));
}

function checkText(path: string, value: string, { name, schema, isRequired }: RequestField): string {
  const { format, enum: values, pattern, default: standard } = schema;
  const [type, ...moreTypes] = typesOf(schema);
  const isText = type === "string" && moreTypes.length === 0;
  const words = Array.isArray(values) ? values.filter((each) => each !== null) : [];
  if (words.length > 0 && words.every((each) => typeof each === "string"))
    return `oneOf(${path}, ${value}, ${JSON.stringify(words)})`;
  if (type === "boolean" && moreTypes.length === 0) {
    const given = `trueField(${path}, ${value}) ?? false`;
    return isRequired && standard === undefined
      ? `${value} === undefined ? refuse(${path}, "true or false", undefined) : ${given}`
      : `(${given})`;
  }
  if (type === "integer" && moreTypes.length === 0 && values === undefined) return `wholeNumber(${path}, ${value})`;
  if (isText && format === "date") return `endedDay(${path}, ${value}, whole)`;
  if (isText && format === "uuid") return `uuidField(${path}, ${value})`;
  const more = standard === undefined ? "" : `; the spec has the default ${JSON.stringify(standard)}`;
  if (isText && format === undefined) {
    if (typeof pattern === "string" && isSimplePattern(pattern) && !isNamedLikeADay(name))
      return `matching(${path}, ${value}, /${pattern}/, ${JSON.stringify(`a text that matches ${pattern}`)})`;
    if (pattern !== undefined || isNamedLikeADay(name))
      return undecided(
        `how request.${name} is checked and written in one way only${typeof pattern === "string" ? ` (its pattern is ${pattern.slice(0, 80)})` : ""}: a day by endedDay, a month by endedMonth, another text by matching${more}`,
      );
    return `matching(${path}, ${value}, /\\S/, "a text")`;
  }
  const kind = [type, format].filter((each) => typeof each === "string").join(", ") || "no plain type";
  const ended = format === "date-time" ? ", and that the end of a period has passed (begateway-request.ts)" : "";
  return undecided(`how request.${name} (${kind}) is checked and written in one way only${ended}${more}`);
}

function isNamedLikeADay(name: string): boolean {
  return hasWord(name, /^(?:days?|dates?|months?|periods?|from|to)$/);
}

/** Is one of the words of a name such as `dateFrom` or `date_from` this one? */
function hasWord(name: string, word: RegExp): boolean {
  return name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).some((each) => word.test(each.toLowerCase()));
}
