export { scriptedSource } from "./scripted-source.ts";
export type { Script, ScriptedAnswer, ScriptedCall, ScriptedRequest, ScriptedSource } from "./scripted-source.ts";
export { createVirtualClock, seededRandom } from "./virtual-clock.ts";
export type { VirtualClock, VirtualClockOptions } from "./virtual-clock.ts";
