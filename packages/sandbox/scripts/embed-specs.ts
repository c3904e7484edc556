/**
 * Copies the four effective specs into `dist/specs/` as JSON, so that the packed package works alone and reads no YAML at run time.
 * A provider whose effective spec does not exist stops the build: a sandbox without a spec would be held to nothing.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { providers } from "../src/provider.ts";

const specsFolder = new URL("../../../specs/", import.meta.url);
const target = new URL("../dist/specs/", import.meta.url);

/** Writes `dist/specs/<provider>.json` for each provider; throws when an effective spec is missing or unreadable. */
export function embedSpecs(): void {
  mkdirSync(target, { recursive: true });
  for (const provider of providers) {
    const text = readFileSync(new URL(`${provider}/effective.gen.yaml`, specsFolder), "utf8");
    replace(new URL(`${provider}.json`, target), JSON.stringify(parse(text)));
  }
}

/** Another package's tests may be reading the file: it is replaced whole, and only when it differs. */
function replace(file: URL, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  const whole = new URL(`${file.href}.${process.pid}`);
  writeFileSync(whole, text);
  renameSync(whole, file);
}

if (import.meta.main) embedSpecs();
