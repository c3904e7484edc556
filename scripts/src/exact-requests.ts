import { entries, isObject, locate, namedOperations, pointerOf, readDocument } from "./openapi-document.ts";
import type { JsonObject } from "./openapi-document.ts";
import type { Provider } from "./providers.ts";

/**
 * Says which objects of request bodies take members that are not described: a request must be exact, so that a misspelt field is
 * found before it is sent. A provider's own text (it has an upstream.json) is as it is.
 */
export function checkExactRequests(root: string, provider: Provider): readonly string[] {
  const description = readDocument(root, provider.effective);
  const visited = new Set<string>();
  return namedOperations(description)
    .filter(({ name }) => !name.startsWith("webhook."))
    .flatMap(({ segments }) => {
      const content = locate(description, [...segments, "requestBody", "content"]);
      return entries(content?.value).flatMap(([mediaType]) =>
        openObjects(description, [...(content?.segments ?? []), mediaType, "schema"], visited),
      );
    })
    .map(
      (pointer) =>
        `${provider.spec}: ${pointer} takes any member: a request object needs \`additionalProperties: false\``,
    );
}

function openObjects(description: JsonObject, segments: readonly string[], visited: Set<string>): readonly string[] {
  const found = locate(description, segments);
  if (found === undefined || !isObject(found.value) || visited.has(pointerOf(found.segments))) return [];
  const { segments: here, value: schema } = found;
  visited.add(pointerOf(here));
  const inner = [
    ...entries(schema["properties"]).map(([name]) => ["properties", name]),
    ...["allOf", "oneOf", "anyOf"].flatMap((key) => members(schema[key]).map((_, index) => [key, String(index)])),
    ["items"],
    ["additionalProperties"],
  ].flatMap((more) => openObjects(description, [...here, ...more], visited));
  const isClosed = schema["additionalProperties"] !== undefined || schema["unevaluatedProperties"] === false;
  return "properties" in schema && !isClosed ? [pointerOf(here), ...inner] : inner;
}

function members(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}
