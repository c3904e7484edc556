/** One CSV record as RFC 4180 writes it, ended by CRLF; a field is quoted only when it must be. */
export function csvLine(fields: readonly string[], separator = ","): string {
  return `${fields.map((field) => quoted(field, separator)).join(separator)}\r\n`;
}

function quoted(field: string, separator: string): string {
  return field.includes(separator) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
