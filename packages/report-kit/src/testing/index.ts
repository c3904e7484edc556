export { explore, replayMoves } from "./explore/explore.ts";
export type {
  Exploration,
  ExploreBounds,
  ExploredAsk,
  ExploredProvider,
  ExploredWorker,
  ExploreScenario,
  Invariant,
  InvariantViolation,
  ProviderChange,
} from "./explore/scenario.ts";
export { killEverywhere, runOnce } from "./kill-points.ts";
export type {
  KillFinding,
  KillOptions,
  KillReport,
  KillScenario,
  KillWorld,
  RunResult,
  TakenDelivery,
  WorkEnd,
} from "./kill-points.ts";
export { scriptedSource } from "./scripted-source.ts";
export type { Script, ScriptedAnswer, ScriptedCall, ScriptedRequest, ScriptedSource } from "./scripted-source.ts";
export { simulatedProvider, unanswered } from "./simulated-provider.ts";
export type { SimulatedProvider, SimulatedProviderOptions, SimulatedReport } from "./simulated-provider.ts";
export type { Interruption, InterruptionPoint, SimulatedWorker, Simulation, Travel } from "./simulation.ts";
export { createVirtualClock, seededRandom } from "./virtual-clock.ts";
export type { VirtualClock, VirtualClockOptions } from "./virtual-clock.ts";
