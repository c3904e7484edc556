export { publishEvents } from "./diagnostics.ts";
export { fileJournal } from "./journal/file-journal.ts";
export { toDirectory, toFile } from "./files/targets.ts";
