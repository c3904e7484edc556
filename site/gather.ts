// Gathers the pages of the site into .pages: `node gather.ts`. Links lead to pages of the site, or to the repository.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { apiReference } from "./api-reference.ts";
import { listPageFiles, pagesFolder, repository, siteLink } from "./pages.ts";

rmSync(pagesFolder, { recursive: true, force: true });
const pages = listPageFiles();
for (const [page, file] of pages) write(page, withSiteLinks(file, readFileSync(join(repository, file), "utf8")));
write("decisions/index.md", decisions());
for (const [page, text] of await apiReference()) write(page, text);
// The drawings that pages show.
const drawings = join(repository, "docs/concepts");
cpSync(drawings, join(pagesFolder, "concepts"), {
  recursive: true,
  filter: (path) => path === drawings || path.endsWith(".svg"),
});
console.log(`${pages.size} pages gathered`);

function write(page: string, text: string): void {
  const path = join(pagesFolder, page);
  if (existsSync(path)) throw new Error(`${page} would be made twice.`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The page's text with its links changed, outside code. */
function withSiteLinks(file: string, text: string): string {
  let fence: string | undefined;
  return text
    .split("\n")
    .map((line) => {
      const [, mark] = /^\s*(```+|~~~+)/.exec(line) ?? [];
      if (mark !== undefined && (fence === undefined || mark.startsWith(fence)))
        fence = fence === undefined ? mark : undefined;
      if (fence !== undefined) return line;
      return line.replaceAll(/(`[^`]*`)|\]\(([^()\s]+)\)/g, (whole, code: string | undefined, target: string) =>
        code === undefined && !target.endsWith(".svg") ? `](${siteLink(file, target)})` : whole,
      );
    })
    .join("\n");
}

/** The list of decisions: each with its title. */
function decisions(): string {
  const lines = [...pages]
    .filter(([page]) => page.startsWith("decisions/"))
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([page, file]) => {
      const [, title = page] = /^# (.*)$/m.exec(readFileSync(join(repository, file), "utf8")) ?? [];
      return `- [${title}](/${page.replace(/\.md$/, "")})`;
    });
  return `# Decisions\n\nWhat is hard to undo, and why it was decided so.\n\n${lines.join("\n")}\n`;
}
