const longest = 300;

/**
 * A text of a provider, as one line of Markdown code: no line break, no control or invisible character and no backtick of it survives, so
 * that in a changeset, a pull request or a terminal it can be nothing but read. At most 300 characters of it are kept.
 */
export function inertCode(text: string): string {
  const line = text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll("`", "'")
    .trim();
  return `\`${line.length > longest ? `${line.slice(0, longest)}…` : line || " "}\``;
}
