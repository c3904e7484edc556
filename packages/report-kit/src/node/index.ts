export { publishEvents } from "./diagnostics.ts";
export { fileJournal } from "./file-journal.ts";
export { toNodeHandler } from "./node-handler.ts";
export { toDirectory, toFile } from "./targets.ts";
