/** Writes the JSON Schemas that the package ships, out of what the command line itself reads and writes by. */
import { writeFileSync } from "node:fs";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { outputJsonSchema } from "../src/output-schema.ts";

for (const [name, schema] of Object.entries({ config: configJsonSchema(), output: outputJsonSchema() })) {
  writeFileSync(new URL(`../dist/${name}.schema.json`, import.meta.url), `${JSON.stringify(schema, undefined, 2)}\n`);
}
