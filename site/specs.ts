// Renders the four API descriptions into the built site: `node specs.ts`. Nothing in them is loaded from another host.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { repository } from "./pages.ts";

const folder = join(import.meta.dirname, ".vitepress/dist/specs");
mkdirSync(folder, { recursive: true });
const tools = createRequire(join(repository, "scripts/package.json"));
const redocly = join(tools.resolve("@redocly/cli/package.json"), "../bin/cli.js");
// The version that redocly names in its pages: the build ends below when it names another.
const bundle = "https://cdn.redocly.com/redoc/v3.0.1/bundles/redoc.standalone.js";
/** Its logo and icons, which would come from another host. */
const foreign = /https:\/\/cdn\.redoc(?:ly\.com|\.ly)[^"'`\s)\\]*/g;
const code = readFileSync(join(import.meta.dirname, "node_modules/redoc/bundles/redoc.standalone.js"), "utf8");
writeFileSync(join(folder, "redoc.js"), code.replaceAll(foreign, "data:,"));

for (const name of readdirSync(join(repository, "specs"))) {
  const file = join(folder, `${name}.html`);
  const spec = join(repository, "specs", name, "effective.gen.yaml");
  execFileSync(process.execPath, [redocly, "build-docs", spec, "--output", file], {
    cwd: repository,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
  const text = readFileSync(file, "utf8");
  // What redocly writes, and what is there instead.
  const changes = [
    [bundle, "./redoc.js"],
    ["<head>", '<head><link rel="icon" href="data:," />'],
    // Off by the environment above; it would report to its makers.
    ['"disableTelemetry":true', '"disableTelemetry":true'],
  ] as const;
  let page = text;
  for (const [from, to] of changes) {
    if (!page.includes(from)) throw new Error(`redocly no longer writes ${from} in ${name}.html.`);
    page = page.replaceAll(from, to);
  }
  page = page.replaceAll(/ integrity="[^"]*" crossorigin="anonymous"/g, "").replaceAll(foreign, "data:,");
  writeFileSync(file, page);
}
