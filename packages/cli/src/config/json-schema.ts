import type { Shape } from "./shape.ts";
import { configShape } from "./shape.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of report-kit.config.yaml, for editors: made of the same shape that the configuration is read by. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "report-kit.config.yaml",
    ...schemaOf(configShape),
  };
}

function schemaOf(shape: Shape): JsonSchema {
  const description = shape.about;
  switch (shape.is) {
    case "object":
      return {
        type: "object",
        description,
        properties: Object.fromEntries(Object.entries(shape.members).map(([name, member]) => [name, schemaOf(member)])),
        required: shape.required,
        additionalProperties: false,
      };
    case "map":
      return {
        type: "object",
        description,
        propertyNames: { pattern: shape.names },
        minProperties: 1,
        additionalProperties: schemaOf(shape.of),
      };
    case "list":
      return { type: "array", description, items: schemaOf(shape.of) };
    case "choice":
      return { description, oneOf: Object.values(shape.among).map(schemaOf) };
    case "text":
      // YAML reads an account number as a number: its digits are taken as they are written.
      if (shape.values !== undefined) return { enum: shape.values, description };
      return { type: ["string", "integer"], description, pattern: shape.pattern };
    case "number":
      return { type: "integer", minimum: 0, description };
    case "flag":
      return { type: "boolean", description };
  }
}
