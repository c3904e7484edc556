import { createVirtualClock, startSandbox } from "@report-kit/sandbox";
import type { Sandbox, SandboxOptions, VirtualClock } from "@report-kit/sandbox";
import { onTestFinished } from "vitest";
import type { Outcome, ReportJob, ReportKit, ReportSource } from "../../src/index.ts";

/** A sandbox and the clock that it runs on. */
export interface OpenSandbox {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
}

/** Starts a sandbox. It is closed when the test ends, and the test fails when an answer of the sandbox left its spec. */
export async function openSandbox(start: string | number, options: SandboxOptions = {}): Promise<OpenSandbox> {
  const clock = createVirtualClock(start);
  const sandbox = await startSandbox({ clock, ...options });
  onTestFinished(async () => {
    await sandbox.close();
    if (sandbox.violations.length > 0)
      throw new Error(`the sandbox left its specs: ${JSON.stringify(sandbox.violations)}`);
  });
  return { clock, sandbox };
}

/** Steps a job to its outcome, the clock moving on in between. */
export async function stepToOutcome(
  clock: VirtualClock,
  kit: ReportKit,
  job: ReportJob,
  source: ReportSource,
): Promise<Outcome> {
  for (let steps = 0; steps < 200; steps += 1) {
    clock.advance(100); // a kit sends a source ten requests a second at most
    const step = await kit.step(job.bookmark, [source]);
    if ("outcome" in step) return step.outcome;
    clock.advance(step.again.afterMs);
  }
  throw new Error("no outcome within 200 steps");
}
