export { unpacked } from "./unpacked.ts";
export type { UnpackedFile, UnpackedReportFile, UnpackLimits } from "./unpacked.ts";
