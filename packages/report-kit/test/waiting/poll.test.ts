import { build } from "esbuild";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { ReportDeadlineError } from "../../src/errors.ts";
import { poll } from "../../src/waiting/poll.ts";
import type { PollOptions, PollResult } from "../../src/waiting/poll.ts";
import { createVirtualClock, seededRandom } from "../../src/testing/virtual-clock.ts";
import { createTimer } from "../../src/waiting/timer.ts";

function scene() {
  const clock = createVirtualClock();
  const startedAt = clock.now();
  const timer = createTimer(clock.platform);
  const steady: PollOptions = { timer, random: () => 0.5 };
  return { clock, timer, steady, elapsed: () => clock.now() - startedAt };
}

describe("poll", () => {
  it("looks at the schedule's times until it is done, and gives the value", async () => {
    const { clock, steady, elapsed } = scene();
    const looks: unknown[] = [];
    const waits: string[] = [];
    const value = await clock.finish(
      poll(
        async ({ attempt, ageMs }) => {
          looks.push([attempt, ageMs, elapsed()]);
          return attempt === 3 ? { done: true, value: "report" } : { done: false };
        },
        { ...steady, onWait: ({ afterMs, why }) => waits.push(`${afterMs} ${why}`) },
      ),
    );
    expect(value).toBe("report");
    expect(looks).toEqual([
      [1, 11_921, 11_921],
      [2, 37_937, 37_937],
      [3, 80_393, 80_393],
    ]);
    expect(waits[0]).toBe("11921 the time between looks grows");
    expect(clock.pending).toBe(0);
  });

  it("goes on from where another wait began", async () => {
    const { clock, steady, elapsed } = scene();
    const look = async () => ({ done: true, value: elapsed() }) as const;
    const waited = await clock.finish(poll(look, { ...steady, startedAt: clock.now() - 2 * 3_600_000 }));
    expect(waited).toBe(240_000);
  });

  it("sends nothing before a Retry-After is over, however far ahead", async () => {
    const { clock, timer, elapsed } = scene();
    const random = seededRandom(7);
    let notBefore = 0;
    await clock.finish(
      poll(
        async ({ attempt }) => {
          expect(elapsed()).toBeGreaterThanOrEqual(notBefore);
          const retryAfterMs = Math.floor(random() ** 4 * 43_200_000);
          notBefore = elapsed() + retryAfterMs;
          return attempt === 15 ? { done: true, value: undefined } : { done: false, retryAfterMs };
        },
        { timer, random },
      ),
    );
    expect(notBefore).toBeGreaterThan(43_200_000);
  });

  it("looks once more just before the deadline, then throws the deadline's error without waiting on", async () => {
    const { clock, steady, elapsed } = scene();
    const looks: number[] = [];
    const wait = poll(
      async () => {
        looks.push(elapsed());
        return { done: false };
      },
      { ...steady, deadlineMs: 60_000 },
    );
    await expect(clock.finish(wait)).rejects.toBeInstanceOf(ReportDeadlineError);
    expect(looks).toEqual([11_921, 37_937, 58_000]);
    expect([elapsed(), clock.pending]).toEqual([58_000, 0]);
  });

  it("ends at once, rather than shorten it, when asked to wait beyond the deadline", async () => {
    const { clock, steady, elapsed } = scene();
    const wait = poll(async () => ({ done: false, retryAfterMs: 3_600_000 }), { ...steady, deadlineMs: 600_000 });
    await expect(clock.finish(wait)).rejects.toMatchObject({ code: "deadline" });
    expect(elapsed()).toBe(11_921);
  });

  it("ends at the deadline although a look does not, and tells the look", async () => {
    const { clock, steady, elapsed } = scene();
    let told: unknown;
    const wait = poll(
      ({ signal }) => {
        signal.addEventListener("abort", () => (told = signal.reason));
        return new Promise<never>(() => undefined);
      },
      { ...steady, deadlineMs: 60_000 },
    );
    await expect(clock.finish(wait)).rejects.toBeInstanceOf(ReportDeadlineError);
    expect(told).toBeInstanceOf(ReportDeadlineError);
    expect([elapsed(), clock.pending]).toEqual([60_000, 0]);
  });

  it("settles on abort while waiting and while looking, with the signal's reason, and looks no more", async () => {
    for (const abortAt of [5_000, 11_921]) {
      const { clock, timer, steady } = scene();
      const stop = new AbortController();
      const reason = new Error("the caller left");
      const look = vi.fn<() => Promise<never>>(() => new Promise<never>(() => undefined));
      const wait = poll(look, { ...steady, signal: stop.signal, deadlineMs: 600_000 });
      let ended: unknown;
      wait.catch((error: unknown) => (ended = error));
      await clock.advance(abortAt);
      const looked = look.mock.calls.length;
      stop.abort(reason);
      // At once: no timer has to fire.
      await new Promise((resolve) => setImmediate(resolve));
      expect(ended).toBe(reason);
      expect([timer.waiting, clock.pending]).toEqual([0, 0]);
      await clock.advance(3_600_000);
      expect(look).toHaveBeenCalledTimes(looked);
    }
  });

  it("does not look at all for a signal that is aborted already", async () => {
    const { steady } = scene();
    const look = vi.fn<() => Promise<PollResult<number>>>(async () => ({ done: true, value: 1 }));
    await expect(poll(look, { ...steady, signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(look).not.toHaveBeenCalled();
  });

  it("leaves the signal of a finished look alone: its value may still be read", async () => {
    const { clock, steady } = scene();
    const look = async ({ signal }: { signal: AbortSignal }) => ({ done: true, value: signal }) as const;
    const signal = await clock.finish(poll(look, { ...steady, deadlineMs: 600_000 }));
    await clock.advance(3_600_000);
    expect(signal.aborted).toBe(false);
  });

  it("throws what a look throws, at once or as a promise", async () => {
    for (const look of [
      () => Promise.reject(new Error("401")),
      () => {
        throw new Error("401");
      },
    ]) {
      const { clock, steady } = scene();
      await expect(clock.finish(poll(look, steady))).rejects.toThrow("401");
      expect(clock.pending).toBe(0);
    }
  });

  it("survives an hour of 503 where it may, never looking faster, and heeds their Retry-After", async () => {
    const { clock, steady, elapsed } = scene();
    const gaps: number[] = [];
    const value = await clock.finish(
      poll(
        async ({ attempt }) => {
          if (elapsed() > 3_600_000) return { done: true, value: attempt };
          throw Object.assign(new Error("503"), attempt === 2 ? { retryAfterMs: 200_000 } : {});
        },
        { ...steady, isRetryable: (error) => error instanceof Error, onWait: ({ afterMs }) => gaps.push(afterMs) },
      ),
    );
    expect(value).toBeLessThanOrEqual(24);
    expect(gaps[2]).toBeGreaterThanOrEqual(200_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300_000);
  });

  it("gives the last error as the cause of a deadline that passed in an outage", async () => {
    const { clock, steady } = scene();
    const outage = new Error("503");
    const wait = poll(() => Promise.reject(outage), { ...steady, deadlineMs: 300_000, isRetryable: () => true });
    await expect(clock.finish(wait)).rejects.toMatchObject({ code: "deadline", cause: outage });
  });

  it("never spins on an answer that is no answer", async () => {
    const { clock, steady } = scene();
    // @ts-expect-error a look has to say whether it is done
    const wait = poll(async () => undefined, steady);
    await expect(clock.finish(wait)).rejects.toThrow(TypeError);
    const costly = poll(async () => ({ done: false }), { ...steady, requestCostS: Number.NaN });
    await expect(clock.finish(costly)).rejects.toThrow(TypeError);
  });

  it("is at most 2.65 kB, minified and gzipped", async () => {
    const bundle = await bundled('export { poll } from "./src/waiting/poll.ts"');
    expect(gzipSync(bundle).length).toBeLessThanOrEqual(2_650);
    expect(bundle).toContain("the time between looks grows");
  });

  it("lets a process exit while it waits, if asked to, and keeps it otherwise", async () => {
    const code = (unref: boolean): Promise<string> =>
      bundled(`import { poll } from "./src/waiting/poll.ts";
        void poll(async () => ({ done: false }), { unref: ${unref} });
        setTimeout(() => console.log("still here"), 500).unref();`);
    const run = async (script: string): Promise<string> => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { timeout: 10_000 });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        child.kill();
      });
      await once(child, "close");
      return output;
    };
    expect(await Promise.all([run(await code(true)), run(await code(false))])).toEqual(["", "still here\n"]);
  });
});

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL("../..", import.meta.url).pathname },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
