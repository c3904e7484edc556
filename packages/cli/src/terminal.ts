import { styleText } from "node:util";
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
