/*
 * Looks at the built site in Chromium: `node check.ts`. No violation of axe-core's rules on a page of each kind, at the width
 * of a phone and of a desktop, in light and dark; no error on the console, no request to another host; the search finds what
 * people search for. CHROME_PATH names a Chromium that is not at /usr/bin/chromium. --screenshots DIR keeps a picture of each.
 */
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "puppeteer-core";
import type { Page } from "puppeteer-core";

const { values } = parseArgs({ options: { screenshots: { type: "string" } } });
const folder = join(import.meta.dirname, ".vitepress/dist");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const pages = [
  "/",
  "/start/",
  "/jobs/nightly.html",
  "/concepts/tiers.html",
  "/concepts/waiting.html",
  "/concepts/job-states.html",
  "/reference/errors.html",
  "/providers/circle.html",
  "/api/report-kit-node.html",
  "/specs/circle.html",
  "/specs/begateway.html",
  "/specs/monato.html",
  "/specs/mercadopago.html",
];
const widths = [390, 1280];
const schemes = ["light", "dark"] as const;
/** What people search for. */
const searches = ["indeterminate", "expired", "Retry-After", "CLABE", "203"];

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://site");
  const path = normalize(join(folder, decodeURIComponent(pathname), pathname.endsWith("/") ? "index.html" : ""));
  if (!path.startsWith(folder) || !existsSync(path) || !statSync(path).isFile())
    return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port

const browser = await launch({
  executablePath: process.env["CHROME_PATH"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const problems: string[] = [];
try {
  for (const width of widths)
    for (const scheme of schemes) for (const path of pages) problems.push(...(await look(path, width, scheme)));
  problems.push(...(await search()));
} finally {
  await browser.close();
  server.close();
}
for (const problem of problems) console.error(problem);
console.log(
  `${pages.length} pages at ${widths.join(" and ")} px in light and dark, ${searches.length} searches: ${problems.length} problems`,
);
process.exit(problems.length > 0 ? 1 : 0);

async function look(path: string, width: number, scheme: "light" | "dark"): Promise<readonly string[]> {
  const at = `${path} (${width} px, ${scheme})`;
  const { page, found } = await open(at, width, scheme);
  try {
    const answer = await page.goto(`${origin}${path}`, { waitUntil: "networkidle0" });
    if (answer?.ok() !== true) found.push(`${at}: is not there`);
    if (await page.$(".diagram")) await page.waitForSelector(".diagram svg", { timeout: 20_000 });
    if (values.screenshots !== undefined) {
      mkdirSync(values.screenshots, { recursive: true });
      const name = `page${path.replaceAll(/\W+/g, "-")}-${width}-${scheme}`;
      await page.screenshot({ path: `${values.screenshots}/${name}.png` });
    }
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wider > 0) found.push(`${at}: ${wider} px wider than the screen`);
    // Redoc's own pages are looked at for errors and hosts alone.
    if (!path.startsWith("/specs/")) {
      await page.evaluate(axe);
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }; // put there above
        const { violations } = await axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
      });
      found.push(...violations.map((violation) => `${at}: ${violation}`));
    }
  } catch (error) {
    found.push(`${at}: ${String(error)}`);
  } finally {
    await page.close();
  }
  return found;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** A new page, and what goes wrong on it. */
async function open(
  at: string,
  width: number,
  scheme: "light" | "dark",
): Promise<{ readonly page: Page; readonly found: string[] }> {
  const page = await browser.newPage();
  const found: string[] = [];
  await page.setViewport({ width, height: 844, isMobile: width < 600 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  page.on("console", (message) => {
    if (message.type() === "error") found.push(`${at}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`${at}: ${String(error)}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin) found.push(`${at}: asks another host for ${url.href}`);
  });
  return { page, found };
}

async function search(): Promise<readonly string[]> {
  const { page, found } = await open("search", 1280, "light");
  await page.goto(`${origin}/`, { waitUntil: "networkidle0" });
  await page.click(".DocSearch-Button");
  await page.waitForSelector("#localsearch-input");
  for (const words of searches) {
    await page.click("#localsearch-input", { count: 3 });
    await page.keyboard.press("Backspace");
    await page.waitForFunction(() => document.querySelector("#localsearch-list .result") === null);
    await page.type("#localsearch-input", words);
    // The word itself, in what is shown of a page: a result alone could be of a word that is like it.
    const hit = await page
      .waitForFunction(
        (text) =>
          [...document.querySelectorAll("#localsearch-list .result")].some((result) =>
            (result.textContent ?? "").toLowerCase().includes(text),
          ),
        { timeout: 10_000 },
        words.toLowerCase(),
      )
      .then(
        () => true,
        () => false,
      );
    if (!hit) found.push(`search: nothing is found for ${words}`);
  }
  if (values.screenshots !== undefined) await page.screenshot({ path: `${values.screenshots}/search.png` });
  await page.close();
  return found;
}
