import { Ajv, type ErrorObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { pointerOf } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";

/** Says what is wrong with a value for the schema at `segments` of the description; nothing when it is valid. */
export type Validate = (segments: readonly string[], value: unknown) => readonly string[];

/** A validator for the schemas of a description (OpenAPI 3.0 and 3.1), with formats. */
export function schemaValidator(description: JsonObject): Validate {
  const isVersion30 = String(description["openapi"]).startsWith("3.0.");
  const options = {
    allErrors: true,
    // A description has more members than JSON Schema knows; that they are the right ones is redocly's to check.
    strict: false,
    // An unknown format would be ignored with a warning: here it is an error.
    logger: { log: () => {}, warn: refuse, error: refuse },
  };
  const ajv = isVersion30 ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  ajv.addSchema({ ...description }, "description");
  return (segments, value) => {
    const pointer = pointerOf(segments.map((segment) => encodeURIComponent(segment).replaceAll("%2F", "/")));
    const validate = ajv.compile({ $ref: `description#${pointer}` });
    return validate(value) ? [] : (validate.errors ?? []).map(describe);
  };
}

function refuse(...messages: readonly unknown[]): never {
  throw new Error(messages.map(String).join(" "));
}

function describe({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || "the value"} ${message ?? "is not valid"} (${JSON.stringify(params)})`;
}
