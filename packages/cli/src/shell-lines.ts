/** A command to copy, broken before an option where it is too long for a terminal. */
export function shellLines(command: string): readonly string[] {
  const lines = [""];
  for (const part of command.split(/ (?=--)/)) {
    const line = lines.at(-1) ?? "";
    if (line.length + part.length > 74) lines.push(`    ${part}`);
    else lines[lines.length - 1] = line === "" ? `  ${part}` : `${line} ${part}`;
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}
