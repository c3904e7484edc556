import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { checkProvider } from "./check-provider.ts";
import { writeIfDifferent } from "./drift.ts";
import type { WantedFile } from "./drift.ts";
import { folderTree } from "./file-tree.ts";
import { generatedFiles } from "./generated-files.ts";
import { entries, isObject, pointerOf, readDocument } from "./openapi-document.ts";
import { applyOverlays, overlayActions } from "./overlays.ts";
import type { Provider } from "./providers.ts";
import { sha256 } from "./sha256.ts";
import { missingChangesets, specImpact } from "./spec-impact.ts";
import type { PackageImpact } from "./spec-impact.ts";
import { openapiTextOf, parseForeignText, plainText } from "./upstream-text.ts";

/** What a new text of a provider makes of the repository; paths are relative to its root. */
export interface UpstreamChange {
  readonly write: readonly WantedFile[];
  readonly remove: readonly string[];
  readonly impacts: readonly PackageImpact[];
  /** What needs a person: what the new text says and an overlay hides, and what `pnpm check:specs` says of the result. */
  readonly left: readonly string[];
}

/**
 * Prepares the change that a new text of a provider asks for: its text, its pin, the copy of its page, everything generated, and the
 * changesets; in a copy, so that nothing is touched when it fails. Undefined when the text is the one we have.
 * @param asFetched the page, or the file, with line ends of any kind
 * @param readOn the day on which it was, YYYY-MM-DD
 * Throws when it has no OpenAPI text, when that refers to anything outside itself, or when an overlay no longer fits: then a person must
 * say what the overlay's fact has become.
 */
export async function prepareUpstream(
  root: string,
  provider: Provider,
  asFetched: string,
  readOn: string,
): Promise<UpstreamChange | undefined> {
  const published = plainText(asFetched);
  const text = openapiTextOf(published);
  if (text === readFileSync(join(root, provider.spec), "utf8")) return undefined;
  const description = parseForeignText(text);
  const actions = overlayActions(root, provider);
  const { document, problems } = applyOverlays(description, actions);
  if (problems.length > 0) throw new Error(`The overlays do not fit the new text:\n${problems.join("\n")}`);
  const asBefore = readDocument(root, provider.spec);
  const known = new Set(overwritten(asBefore, applyOverlays(asBefore, actions).document, []));

  const copy = mkdtempSync(join(tmpdir(), "report-kit-upstream-"));
  try {
    copyForGeneration(root, copy);
    const { handWritten, remove } = replacedTexts(root, provider, text, published, readOn);
    for (const file of handWritten) writeIfDifferent(copy, file);
    for (const path of remove) rmSync(join(copy, path));
    const generated = await generatedFiles(copy, provider);
    for (const file of generated) writeIfDifferent(copy, file);
    const impacts = await specImpact(folderTree(root), folderTree(copy));
    const write = [...handWritten, ...generated, ...missingChangesets(impacts)];
    const hidden = [...overwritten(description, document, [])].filter((pointer) => !known.has(pointer));
    const left = [
      ...hidden.map((pointer) => `${provider.spec}: says something at ${pointer} that an overlay overwrites`),
      ...checkProvider(copy, provider),
    ];
    return { write, remove, impacts, left };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Where an overlay took away or replaced what a text says. */
function* overwritten(before: unknown, after: unknown, segments: readonly string[]): Generator<string> {
  if (isObject(before) && isObject(after))
    for (const [name, value] of entries(before)) yield* overwritten(value, after[name], [...segments, name]);
  else if (JSON.stringify(before) !== JSON.stringify(after)) yield pointerOf(segments);
}

/** Everything that generation and its impact read. */
function copyForGeneration(root: string, copy: string): void {
  const packageFiles = folderTree(root)
    .list("packages")
    .flatMap((name) => ["package.json", "public-surface.md", "src"].map((file) => `packages/${name}/${file}`));
  for (const path of ["specs", "redocly.yaml", ".changeset", ...packageFiles])
    if (existsSync(join(root, path))) cpSync(join(root, path), join(copy, path), { recursive: true });
}

/** The text, its pin, the dated copy of the page, and the list of examples, which names that copy. */
function replacedTexts(
  root: string,
  provider: Provider,
  text: string,
  published: string,
  readOn: string,
): { readonly handWritten: readonly WantedFile[]; readonly remove: readonly string[] } {
  const pinPath = `${provider.folder}/upstream.json`;
  const pin = readDocument(root, pinPath);
  const oldPage = String(pin["page"]);
  const isPage = text !== published;
  const page = `${oldPage.slice(0, -extname(oldPage).length).replace(/\d{4}-\d{2}-\d{2}/, readOn)}${isPage ? ".md" : ".yaml"}`;
  const examplesPath = `${provider.folder}/examples.yaml`;
  const examples = readFileSync(join(root, examplesPath), "utf8").replaceAll(`page: ${oldPage}\n`, `page: ${page}\n`);
  return {
    handWritten: [
      { path: provider.spec, text },
      { path: pinPath, text: `${JSON.stringify({ ...pin, page, readOn, sha256: sha256(text) }, null, 2)}\n` },
      { path: `${provider.folder}/${page}`, text: published },
      { path: examplesPath, text: examples },
    ],
    remove: page === oldPage ? [] : [`${provider.folder}/${oldPage}`],
  };
}

/** Puts a prepared change into place. */
export function applyUpstream(root: string, { write, remove }: UpstreamChange): void {
  for (const file of write) writeIfDifferent(root, file);
  for (const path of remove) rmSync(join(root, path));
}
