import type { JsonObject } from "../openapi-document.ts";
import { parametersOf } from "./parameters.ts";
import type { Parameter } from "./parameters.ts";
import type { ApiOperation } from "./read-spec.ts";

const pageWords =
  /^(?:page(?:[_-]?(?:no|num|number|size|token|before|after|index|key))?|per[_-]?page|(?:next|start)?[_-]?cursor|offset|skip|limit|(?:starting|ending)[_-]?(?:after|before)|continuation[_-]?token|next[_-]?(?:token|page))$/i;
const ends = /^(?:has[_-]?more|(?:is[_-]?)?last(?:[_-]?page)?|next|paging|pagination|total[_-]?pages)$/i;

/** The query parameters of an operation that choose a page of its answer. */
export function pageParameters(document: JsonObject, operation: ApiOperation): readonly Parameter[] {
  return parametersOf(document, operation).filter(({ place, name }) => place === "query" && pageWords.test(name));
}

/** Whether a member of an answer belongs to its pages: `next_page`, `has_more`, `paging`. */
export function isPageMember(name: string): boolean {
  return pageWords.test(name) || ends.test(name);
}
