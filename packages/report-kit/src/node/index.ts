export { publishEvents } from "./diagnostics.ts";
export { fileJournal } from "./file-journal.ts";
export { toDirectory, toFile } from "./targets.ts";
