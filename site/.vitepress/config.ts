import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitepress";
import type { DefaultTheme } from "vitepress";
import { groups } from "../order.ts";
import type { Group } from "../order.ts";
import { pagesFolder, slugOf } from "../pages.ts";

const sidebars: readonly (readonly string[])[] = [
  ["start", "jobs", "providers", "concepts"],
  ["reference", "packages", "api"],
  ["project", "decisions"],
];
/** Rendered by redocly: pages of their own, outside VitePress. */
const apis = ["circle", "begateway", "monato", "mercadopago"].map((name) => ({
  text: name,
  link: `/specs/${name}.html`,
  target: "_self",
}));

export default defineConfig({
  title: "report-kit",
  description: "Get a payment provider's report exactly once, from TypeScript",
  lang: "en",
  // No icon: without this line browsers ask for one.
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: ".pages",
  cleanUrls: false,
  lastUpdated: false,
  metaChunk: true,
  // Rendered by redocly, beside the pages.
  ignoreDeadLinks: [/^\/specs\//],
  markdown: {
    anchor: { slugify: slugOf },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (markdown) => {
      const fence = markdown.renderer.rules.fence?.bind(markdown.renderer.rules);
      markdown.renderer.rules.fence = (tokens, index, ...rest) => {
        const token = tokens[index];
        if (token?.info.trim() !== "mermaid") return fence?.(tokens, index, ...rest) ?? "";
        return `<Diagram text="${encodeURIComponent(token.content)}" />`;
      };
    },
  },
  themeConfig: {
    search: {
      provider: "local",
      options: {
        detailedView: true,
        // Words as they are: 203 is not 202. What people wrote comes before what was generated.
        miniSearch: {
          searchOptions: {
            fuzzy: false,
            prefix: true,
            boostDocument: (id: string) => (id.includes("/api/") ? 0.2 : 1),
          },
        },
      },
    },
    outline: { level: [2, 3], label: "On this page" },
    nav: [
      { text: "Start", link: "/start/" },
      { text: "Jobs", link: "/jobs/nightly" },
      { text: "Providers", link: "/providers/" },
      { text: "Concepts", link: "/concepts/tiers" },
      { text: "Reference", link: "/reference/errors" },
      { text: "What changed", link: "/project/what-changed" },
    ],
    // One sidebar for a reader's own tasks, one for looking things up, one for those who change the code.
    sidebar: Object.fromEntries(
      sidebars.flatMap((folders) => {
        const items = groups.filter(({ folder }) => folders.includes(folder)).flatMap(sectionOf);
        if (folders.includes("api")) items.push({ text: "The four APIs", items: apis });
        return folders.map((folder) => [`/${folder}/`, items]);
      }),
    ),
  },
});

function sectionOf(group: Group): DefaultTheme.SidebarItem[] {
  const items = itemsOf(group);
  return items.length === 0 ? [] : [{ text: group.title, items }];
}

function itemsOf({ folder, first }: Group): DefaultTheme.SidebarItem[] {
  if (!existsSync(join(pagesFolder, folder))) return [];
  const names = readdirSync(join(pagesFolder, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map(({ name }) => name.slice(0, -".md".length));
  const place = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return names
    .toSorted((one, other) => place(one) - place(other) || one.localeCompare(other))
    .map((name) => {
      const [, title = name] = /^# (.*)$/m.exec(readFileSync(join(pagesFolder, folder, `${name}.md`), "utf8")) ?? [];
      return { text: title.replaceAll(/[`*\\]/g, ""), link: `/${folder}/${name === "index" ? "" : name}` };
    });
}
