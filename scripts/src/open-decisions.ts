import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Provider } from "./providers.ts";

/** What a person has to decide about a provider: `pnpm new:provider` writes `undecided("…")` in code, and `DECIDE: …` elsewhere. */
export interface OpenDecision {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

const mark =
  /undecided\(\s*(?:"(?<double>(?:[^"\\\n]|\\.)*)"|'(?<single>(?:[^'\\\n]|\\.)*)')|DECIDE: (?<text>[^\n|]*)/g;

/** The decisions about a provider that are still open, in the order in which they are made. */
export function openDecisions(root: string, { name, folder, packageFolder }: Provider): readonly OpenDecision[] {
  const patterns = [
    `${folder}/{sources.md,openapi.yaml,examples.yaml,workflow.arazzo.yaml}`,
    `${folder}/fixtures/*`,
    `${packageFolder}/{README.md,public-surface.md,src/*.ts,test/*.ts}`,
    `packages/report-kit/src/sources/{${name},${name}-*}.ts`,
    `packages/report-kit/src/sources/${name}/*.ts`,
    `packages/report-kit/test/sources/{${name}.test.ts,${name}/*.ts}`,
    `docs/providers/${name}.md`,
    `.changeset/${name}.md`,
  ];
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted());
  return paths.flatMap((found) => {
    const path = found.replaceAll("\\", "/");
    const text = existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
    return Array.from(text.matchAll(mark), ({ index, groups }) => ({
      path,
      line: text.slice(0, index).split("\n").length,
      what: (
        groups?.["double"] ??
        groups?.["single"] ??
        (groups?.["text"] ?? "").replace(/(?: -->|'"?)?\s*$/, "")
      ).replaceAll(/\\(.)/g, "$1"),
    }));
  });
}

/** One line each, as compilers print a place. */
export function describeDecision({ path, line, what }: OpenDecision): string {
  return `${path}:${line}: not decided: ${what}`;
}
