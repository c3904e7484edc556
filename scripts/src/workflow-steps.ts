import { entries, isObject, locate, namedOperations } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";

/**
 * Says which steps of a workflow could make a second report, and which lack what their operation requires: redocly's lint knows no
 * operation, and its `respect` sends what there is.
 * @param effective the effective description
 */
export function checkSteps(workflows: readonly JsonObject[], effective: JsonObject): readonly string[] {
  const operations = new Map(namedOperations(effective).map((operation) => [operation.name, operation.segments]));
  return workflows.flatMap((workflow) => {
    const steps = objects(workflow["steps"]).flatMap((step) => {
      const name = operationName(step["operationId"]);
      const segments = operations.get(name);
      return segments === undefined ? [] : [{ step, name, segments }];
    });
    const creates = steps.filter(({ segments }) => isCreate(effective, segments));
    return [
      ...creates.flatMap(({ step, name }, index) => {
        const earlier = creates.slice(0, index).find((each) => each.name === name);
        return earlier === undefined
          ? []
          : [
              `the steps ${idOf(earlier.step)} and ${idOf(step)} both send ${name}, which can make a second report: look by another operation, or mark it x-repeatable in the spec`,
            ];
      }),
      ...creates
        .filter(({ step }) => objects(step["onFailure"]).some(({ type }) => type === "retry"))
        .map(
          ({ step, name }) =>
            `step ${idOf(step)} repeats ${name} after a failure, which can make a second report: drop the retry, or mark it x-repeatable in the spec`,
        ),
      ...steps.flatMap(({ step, segments, name }) => [
        ...missingParameters(effective, segments, [
          ...objects(step["parameters"]),
          ...objects(workflow["parameters"]),
        ]).map((parameter) => `step ${idOf(step)} lacks the ${parameter}, which ${name} requires`),
        ...missingInBody(effective, segments, step["requestBody"]).map(
          (problem) => `step ${idOf(step)} ${problem}, which ${name} requires`,
        ),
      ]),
    ];
  });
}

/** `$sourceDescriptions.acme.createReport` is `createReport`. */
export function operationName(operationId: unknown): string {
  return typeof operationId === "string" ? operationId.replace(/^\$sourceDescriptions\.[^.]+\./, "") : "";
}

function idOf(step: JsonObject): string {
  return String(step["stepId"]);
}

/** A POST or PATCH that the spec does not mark as safe to repeat. */
function isCreate(effective: JsonObject, segments: readonly string[]): boolean {
  const repeatable = locate(effective, [...segments, "x-repeatable"])?.value;
  return ["post", "patch"].includes(segments.at(-1) ?? "") && repeatable !== true;
}

function missingParameters(
  effective: JsonObject,
  segments: readonly string[],
  given: readonly JsonObject[],
): readonly string[] {
  // What a component of the workflow holds is not looked up: its name alone is in the reference.
  const has = (place: string, name: string): boolean =>
    given.some(
      (each) =>
        (each["in"] === place && sameName(place, each["name"], name)) ||
        (typeof each["reference"] === "string" && each["reference"].endsWith(`.${name}`)),
    );
  return [segments.slice(0, -1), segments].flatMap((owner) => {
    const list = locate(effective, [...owner, "parameters"])?.value;
    return (Array.isArray(list) ? [...list.keys()] : []).flatMap((index) => {
      const parameter = locate(effective, [...owner, "parameters", String(index)])?.value;
      if (!isObject(parameter) || parameter["required"] !== true) return [];
      const [place, name] = [String(parameter["in"]), String(parameter["name"])];
      // What signs a step in is in its x-security, and OpenAPI has no parameter of these names.
      if (place === "header" && ["accept", "authorization", "content-type"].includes(name.toLowerCase())) return [];
      return has(place, name) ? [] : [`${place} parameter ${name}`];
    });
  });
}

function sameName(place: string, given: unknown, name: string): boolean {
  return (
    typeof given === "string" && (place === "header" ? given.toLowerCase() === name.toLowerCase() : given === name)
  );
}

function missingInBody(effective: JsonObject, segments: readonly string[], body: unknown): readonly string[] {
  const described = locate(effective, [...segments, "requestBody"])?.value;
  if (!isObject(described)) return [];
  if (!isObject(body)) return described["required"] === true ? ["sends no body"] : [];
  const [type = ""] = Object.keys(isObject(described["content"]) ? described["content"] : {});
  const schema = [...segments, "requestBody", "content", type, "schema"];
  return missingMembers(effective, schema, body["payload"], "").map((member) => `sends no ${member} in its body`);
}

/** The required members that a value lacks. An expression, such as `$inputs.day`, stands for a value of any shape. */
function missingMembers(
  effective: JsonObject,
  segments: readonly string[],
  value: unknown,
  way: string,
  depth = 0,
): readonly string[] {
  const found = locate(effective, segments);
  if (!isObject(found?.value) || !isObject(value) || depth > 8) return [];
  const { value: schema, segments: here } = found;
  const of = (more: readonly string[]): readonly string[] =>
    missingMembers(effective, [...here, ...more], value, way, depth + 1);
  const listed = (key: string): readonly (readonly string[])[] =>
    (Array.isArray(schema[key]) ? [...schema[key].keys()] : []).map((index) => of([key, String(index)]));
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  return [
    ...required.filter((name) => !(name in value)).map((name) => way + name),
    ...entries(schema["properties"]).flatMap(([name]) =>
      missingMembers(effective, [...here, "properties", name], value[name], `${way}${name}.`, depth + 1),
    ),
    ...listed("allOf").flat(),
    // Of alternatives, the nearest one.
    ...["oneOf", "anyOf"].flatMap((key) => listed(key).toSorted((one, other) => one.length - other.length)[0] ?? []),
  ];
}

function objects(list: unknown): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
