export { main } from "./main.ts";
export type { Io, Screen } from "./io.ts";
export type { OutputLine, ReportLine } from "./output-lines.ts";
