import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./markdown.ts";
import type { Fence, Page } from "./markdown.ts";

/**
 * A program of a page: a `ts` block, with the blocks that say `continues`. Comments right above a block say what it is:
 *
 * - `<!-- runs -->`: it is run against the sandbox, and must end well. When a `text` block follows, the program must print just that, where
 *   `…` stands for anything within a line.
 * - `<!-- continues -->`: it goes on where the block before it ended, as one program.
 * - `<!-- given`, then declarations, then `-->`: names that the block takes for granted.
 * - `<!-- printed by: docs/test/x.ts -->`, above a `text` block: that program prints the text.
 * - `<!-- example: examples/s3/put-once.ts -->`: the block is that file, or lines of it that follow each other. The example's own test compiles
 *   and runs it.
 * - `<!-- no check: reason -->`: the block (```` ```ts no-check ````) can't be checked, and why.
 */
export interface Program {
  /** `docs/reference/errors.md:12`: the page, and the line of its first block. */
  readonly name: string;
  /** A safe file name. */
  readonly file: string;
  /** The code on the lines it has in the page, so that a compiler's line is the page's. */
  readonly text: string;
  readonly runs: boolean;
  /** What it must print, if the page says. */
  readonly prints?: string;
}

/** A text of a page that a program of the repository prints. */
export interface Transcript {
  readonly name: string;
  /** The program, relative to the root. */
  readonly program: string;
  readonly prints: string;
}

/** What a page's code comes to: programs, and blocks that are marked in a way that can't be. */
export interface PageCode {
  readonly programs: readonly Program[];
  readonly transcripts: readonly Transcript[];
  readonly problems: readonly string[];
}

export function programsOf(page: Page): PageCode {
  const problems: string[] = [];
  const groups: Fence[][] = [];
  for (const fence of page.fences) {
    const where = `${page.path}:${fence.opensAt + 1}`;
    const example = marks(fence).flatMap((mark) => /^example: (examples\/\S+)$/.exec(mark)?.[1] ?? [])[0];
    if (example !== undefined) {
      const text = readFileSync(join(repository, example), "utf8");
      if (!`\n${text}`.includes(`\n${fence.body.join("\n")}\n`)) problems.push(`${where}: is not what ${example} has`);
      continue;
    }
    if (!/^(?:ts|typescript|js|javascript|tsx)\b/.test(fence.info)) continue;
    if (fence.info === "ts no-check") {
      if (!marks(fence).some((mark) => /^no check: \S/.test(mark))) {
        problems.push(`${where}: is not checked, and no comment above it says why`);
      }
      continue;
    }
    if (fence.info !== "ts") {
      problems.push(`${where}: write \`ts\`, not \`${fence.info}\`: only that is checked`);
      continue;
    }
    const last = groups.at(-1);
    if (!marks(fence).includes("continues")) groups.push([fence]);
    else if (last === undefined) problems.push(`${where}: continues nothing`);
    else last.push(fence);
  }
  return { programs: groups.map((group) => programOf(page, group)), transcripts: transcriptsOf(page), problems };
}

function transcriptsOf(page: Page): readonly Transcript[] {
  return page.fences.flatMap((fence) => {
    const program = marks(fence).flatMap((mark) => /^printed by: (\S+)$/.exec(mark)?.[1] ?? [])[0];
    if (program === undefined) return [];
    return [{ name: `${page.path}:${fence.opensAt + 1}`, program, prints: fence.body.join("\n") }];
  });
}

function programOf(page: Page, blocks: readonly Fence[]): Program {
  const first = blocks[0]?.opensAt ?? 0;
  const lines: string[] = [];
  const place = (at: number, text: readonly string[]): void => {
    while (lines.length < at) lines.push("");
    lines.push(...text);
  };
  for (const { opensAt, body, comments } of blocks) {
    for (const { opensAt: at, lines: text } of comments) if (text[0] === "given") place(at + 1, text.slice(1));
    place(opensAt + 1, body);
  }
  const last = blocks.at(-1);
  const next = page.fences.find(({ opensAt }) => opensAt > (last?.opensAt ?? 0));
  const runs = blocks.some((block) => marks(block).includes("runs"));
  return {
    name: `${page.path}:${first + 1}`,
    file: `${page.path.replaceAll(/[/.]/g, "-")}-${first + 1}.ts`,
    // A block without an import or export is a module all the same.
    text: [...lines, "export {};", ""].join("\n"),
    runs,
    ...(runs && next?.info === "text" ? { prints: next.body.join("\n") } : {}),
  };
}

/** What the comments of one line say of a block. */
function marks({ comments }: Fence): readonly string[] {
  return comments.filter(({ lines }) => lines.length === 1).map(({ lines }) => lines.join());
}
