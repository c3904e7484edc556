import { stripVTControlCharacters, styleText } from "node:util";
import type { Screen } from "./io.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Text in one of the terminal's own sixteen colours, where it has colours: legible on a light and on a dark one. */
export function styled(screen: Screen, style: Style, text: string): string {
  if (screen.isTTY !== true || screen.hasColors?.() !== true) return text;
  return styleText(style, text, { validateStream: false });
}

/** One line, without what could move the cursor: texts of providers are untrusted. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

/** Lines for a screen: a terminal gets none that it would break in the middle of a word. */
export function writeLines(screen: Screen, text: string): void {
  for (const line of text.split("\n"))
    for (const part of screen.isTTY === true ? wrapped(line, screen.columns ?? 80) : [line]) screen.write(`${part}\n`);
}

/** A word that is longer than a line, such as a bookmark, stays whole: it is there to be copied. */
function wrapped(text: string, width: number): readonly string[] {
  const indent = `${" ".repeat(text.length - text.trimStart().length)}  `;
  const lines: string[] = [];
  let line = "";
  let letters = 0;
  // Words, each with the spaces after it.
  for (const word of text.split(/(?<= )(?=[^ ])/)) {
    const wide = stripVTControlCharacters(word).length;
    if (line.trim() !== "" && letters + stripVTControlCharacters(word.trimEnd()).length > width) {
      lines.push(line.trimEnd());
      line = indent;
      letters = indent.length;
    }
    line += word;
    letters += wide;
  }
  return [...lines, line];
}

/** An account's id can be a UUID, which leaves no room on a terminal's line. */
export function shortId(text: string): string {
  return text.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, "$1…");
}

/** Cut to a width, with a mark where something was cut. */
export function fitted(text: string, width: number): string {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Columns side by side; the last one is never filled up. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
