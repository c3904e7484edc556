import { dirname, join, normalize } from "node:path";
import { exists } from "./markdown.ts";
import type { Page } from "./markdown.ts";

/** Where the root's files are seen: npm shows a README far from its neighbours, so a package's names them in full. */
const published = /^https:\/\/github\.com\/report-kit\/report-kit\/(?:blob|tree)\/main\//;

/** What is wrong with the links of some pages: `docs/jobs/cron.md:12: errors.md#codes has no such heading`. */
export function brokenLinks(pages: readonly Page[]): readonly string[] {
  const anchors = new Map(pages.map((page) => [page.path, headingAnchors(page)]));
  return pages.flatMap((page) =>
    linksIn(page).flatMap(({ target, line }) => {
      const problem = problemOf(page.path, target, anchors);
      return problem === undefined ? [] : [`${page.path}:${line + 1}: ${target} ${problem}`];
    }),
  );
}

/** Links within the repository outside code, each with its line. Those that begin with `/` count from the root. */
function linksIn(page: Page): readonly { readonly target: string; readonly line: number }[] {
  return textLines(page).flatMap(({ text, line }) => {
    const plain = text.replaceAll(/`[^`]*`/g, (code) => "x".repeat(code.length));
    return [...plain.matchAll(/\]\((?<target>[^()\s]+)\)/g)]
      .map((match) => ({ target: (match.groups?.["target"] ?? "").replace(published, "/"), line }))
      .filter(({ target }) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
  });
}

function problemOf(
  from: string,
  target: string,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const [file = "", anchor] = target.split("#");
  const fromRoot = file.startsWith("/") ? file.slice(1) : join(dirname(from), file);
  const path = file === "" ? from : normalize(decodeURI(fromRoot)).replaceAll("\\", "/");
  if (!anchors.has(path) && !exists(path)) return "does not exist";
  if (anchor === undefined) return undefined;
  return anchors.get(path)?.has(anchor) === true ? undefined : "has no such heading";
}

/** The names GitHub gives to headings, and those that a page gives by `<a id="…">`. */
function headingAnchors(page: Page): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { text } of textLines(page)) {
    for (const { groups } of text.matchAll(/<a id="(?<id>[a-z-]+)">/g)) found.add(groups?.["id"] ?? "");
    const heading = /^#{1,6}\s+(?<words>.*?)\s*#*$/.exec(text)?.groups?.["words"];
    if (heading === undefined) continue;
    const slug = heading
      .replaceAll(/\[(?<words>[^\]]*)\]\([^)]*\)/g, "$<words>")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    let name = slug;
    for (let again = 1; found.has(name); again += 1) name = `${slug}-${again}`;
    found.add(name);
  }
  return found;
}

function textLines({ lines, fences }: Page): readonly { readonly text: string; readonly line: number }[] {
  const code = new Set(
    fences.flatMap(({ opensAt, body }) => Array.from({ length: body.length + 2 }, (_, index) => opensAt + index)),
  );
  return lines.map((text, line) => ({ text, line })).filter(({ line }) => !code.has(line));
}
