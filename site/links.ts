// Checks every link of the built site that leads to a page of it, with its anchor: `node links.ts`. VitePress checks the pages alone.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, ".vitepress/dist");
const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html"));
const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
const names = new Map(
  [...texts].map(([page, text]) => [
    page,
    new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id = ""]) => decode(id))),
  ]),
);
const problems = [...texts]
  .filter(([page]) => !page.startsWith("specs/"))
  .flatMap(([page, text]) => problemsOf(page, text));
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${pages.length} pages, all links lead somewhere`);

function problemsOf(page: string, text: string): readonly string[] {
  return [...new Set([...text.matchAll(/<a\b[^>]*\shref="([^"]+)"/g)].map(([, target = ""]) => decode(target)))]
    .filter((target) => !/^(?:[a-z][a-z0-9+.-]*:)?\/\//i.test(target) && !target.startsWith("mailto:"))
    .flatMap((target) => {
      const { pathname, hash } = new URL(target, `http://site/${page}`);
      const path = decodeURIComponent(pathname).slice(1);
      const file = [path, `${path}index.html`, `${path}.html`].find((each) => texts.has(each));
      if (file === undefined) return existsSync(join(folder, path)) ? [] : [`${page}: ${target} leads nowhere`];
      const anchor = decodeURIComponent(hash.slice(1));
      return anchor === "" || file.startsWith("specs/") || names.get(file)?.has(anchor) === true
        ? []
        : [`${page}: ${target} has no such heading`];
    });
}

function decode(text: string): string {
  return text.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
}
