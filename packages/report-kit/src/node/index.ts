export { publishEvents } from "./diagnostics.ts";
export { fileJournal } from "./journal/file-journal.ts";
export { toDirectory, toFile } from "./files/targets.ts";
export type { DirectoryOptions } from "./files/targets.ts";
export { toConsumer } from "./files/to-consumer.ts";
export type { ConsumedFile, ConsumerOptions } from "./files/to-consumer.ts";
