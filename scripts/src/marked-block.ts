import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { WantedFile } from "./drift.ts";

/** The lines between which a script writes in a page. What stands outside them is written by hand. */
export interface Marks {
  readonly start: string;
  readonly end: string;
}

/** `page` with `block` between its marks. Throws when the page does not have each mark once, in order. */
export function pageWithBlock(root: string, page: string, { start, end }: Marks, block: string): WantedFile {
  if (!existsSync(join(root, page)))
    throw new Error(`${page} is missing: write it as its siblings are, with the lines ${start} and ${end}.`);
  const text = readFileSync(join(root, page), "utf8");
  const [before, rest, ...moreStarts] = text.split(`${start}\n`);
  const [present, after, ...moreEnds] = (rest ?? "").split(end);
  if (before === undefined || present === undefined || after === undefined || moreStarts.length + moreEnds.length > 0)
    throw new Error(`${page}: must have the lines ${start} and ${end} once each, in this order.`);
  return { path: page, text: `${before}${start}\n\n${block}\n\n${end}${after}` };
}
