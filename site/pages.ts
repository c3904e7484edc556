import { execFileSync } from "node:child_process";
import { join } from "node:path";

export const repository: string = join(import.meta.dirname, "..");
/** Where the pages of the site are gathered: Markdown, made new by each build, not in git. */
export const pagesFolder: string = join(import.meta.dirname, ".pages");
/** Where a file that is no page is seen. */
const published = "https://github.com/report-kit/report-kit";

/** The page of the site that a file of the repository becomes: `docs/jobs/cron.md` is `jobs/cron.md`; undefined for other files. */
export function pageOf(file: string): string | undefined {
  const [, folder = "", name = ""] = /^docs\/([a-z]+)\/([a-z0-9-]+\.md)$/.exec(file) ?? [];
  if (folder !== "") return `${folder === "adr" ? "decisions" : folder}/${name}`;
  const [, packageName, kind] = /^packages\/([a-z-]+)\/(README|CHANGELOG)\.md$/.exec(file) ?? [];
  if (packageName !== undefined)
    return kind === "README" ? `packages/${packageName}.md` : `project/changes-${packageName}.md`;
  return { "README.md": "index.md", "CONTEXT.md": "concepts/words.md", "CONTRIBUTING.md": "project/contributing.md" }[
    file
  ];
}

/** The files of the repository that are pages, by what they become. */
export function listPageFiles(): ReadonlyMap<string, string> {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: repository,
    encoding: "utf8",
  });
  return new Map(
    files.split("\n").flatMap((file) => {
      const page = pageOf(file);
      return page === undefined ? [] : [[page, file] as const];
    }),
  );
}

/** Where a link of a file leads on the site: to a page, or to the file in the repository. */
export function siteLink(from: string, target: string): string {
  const [, blob] = /^https:\/\/github\.com\/report-kit\/report-kit\/(?:blob|tree)\/main\/(.*)$/.exec(target) ?? [];
  if (blob === undefined && /^(?:[a-z][a-z0-9+.-]*:|#)/i.test(target)) return target;
  const [path = "", anchor] = (blob ?? target).split("#");
  const file = blob === undefined ? join(from, "..", path) : path;
  const hash = anchor === undefined ? "" : `#${anchor}`;
  const page = pageOf(file) ?? (file.replace(/\/$/, "") === "docs/adr" ? "decisions/index.md" : undefined);
  if (page === undefined) return `${published}/blob/main/${file}${hash}`;
  return `/${page.replace(/(?:index)?\.md$/, "")}${hash}`;
}

/** The name that GitHub gives to a heading, without the number that makes it the only one of its page. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}
