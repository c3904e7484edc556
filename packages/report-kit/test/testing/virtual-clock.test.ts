import { once } from "node:events";
import { open, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createVirtualClock } from "../../src/testing/index.ts";
import type { VirtualClock } from "../../src/testing/index.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Timers that write down which of them fired, and when. */
function timersOf(clock: ReturnType<typeof createVirtualClock>): {
  readonly fired: string[];
  readonly set: (name: string, delayMs: number) => unknown;
} {
  const fired: string[] = [];
  const start = clock.now();
  const set = (name: string, delayMs: number): unknown =>
    clock.platform.setTimeout(() => fired.push(`${name} at ${clock.now() - start}`), delayMs);
  return { fired, set };
}

describe("createVirtualClock", () => {
  test("a virtual clock fires timers in the order in which they are due, and equal ones in the order in which they were set", async () => {
    const clock = createVirtualClock();
    const { fired, set } = timersOf(clock);
    for (const [name, delayMs] of [
      ["c", 30],
      ["a", 10],
      ["d", 30],
      ["b", 10],
    ] as const)
      set(name, delayMs);
    await clock.advance(29);
    expect(fired).toEqual(["a at 10", "b at 10"]);
    await clock.advance(1);
    expect(fired).toEqual(["a at 10", "b at 10", "c at 30", "d at 30"]);
  });

  test("a virtual clock fires no timer that was cleared, and counts the others", async () => {
    const clock = createVirtualClock();
    const { fired, set } = timersOf(clock);
    const cleared = set("cleared", 10);
    set("kept", 20);
    clock.platform.clearTimeout(cleared);
    clock.platform.clearTimeout(cleared);
    expect(clock.pending).toBe(1);
    await clock.advance(100);
    expect(fired).toEqual(["kept at 20"]);
    expect(clock.pending).toBe(0);
  });

  test("step fires one timer with all that its promises set, and moves nothing when none is due in time", async () => {
    const clock = createVirtualClock({ start: 1_000 });
    const { fired, set } = timersOf(clock);
    clock.platform.setTimeout(() => void Promise.resolve().then(() => set("nested", 5)), 10);
    expect(await clock.step()).toBe(true);
    expect([clock.now(), clock.pending]).toEqual([1_010, 1]);
    expect(await clock.step(1_014)).toBe(false);
    expect(clock.now()).toBe(1_010);
    expect(await clock.step(1_015)).toBe(true);
    expect(fired).toEqual(["nested at 15"]);
    expect(await clock.step()).toBe(false);
  });

  test("finish gives what a promise settles with, and refuses one that no timer can settle", async () => {
    const clock = createVirtualClock();
    const sleep = (ms: number): Promise<number> =>
      new Promise((resolve) => {
        clock.platform.setTimeout(() => resolve(ms), ms);
      });
    expect(await clock.finish(sleep(86_400_000))).toBe(86_400_000);
    await expect(clock.finish(sleep(86_400_000), { limitMs: 1_000 })).rejects.toThrow("not settled after 1000 ms");
    await clock.advance(86_400_000);
    await expect(clock.finish(new Promise(() => undefined))).rejects.toThrow("no timer is left");
  });

  test("two clocks of one seed have the same randomness, and a start that is no instant is refused", () => {
    const drawn = [1, 1, 2].map((seed) => createVirtualClock({ seed }).platform.random());
    expect(drawn[0]).toBe(drawn[1]);
    expect(drawn[0]).not.toBe(drawn[2]);
    expect(() => createVirtualClock({ start: "yesterday" })).toThrow('start must be an instant, got "yesterday"');
  });
});

describe("finish, on Node, does not move the clock while the process waits for the platform:", () => {
  const day = 86_400_000;

  /** What a promise is settled with, or "late" when a timer of the clock came first. */
  async function beforeAnyTimer<Value>(begin: (clock: VirtualClock) => Promise<Value>): Promise<Value | "late"> {
    const clock = createVirtualClock();
    const late = new Promise<"late">((resolve) => void clock.platform.setTimeout(() => resolve("late"), day));
    return clock.finish(Promise.race([begin(clock), late]));
  }

  async function serverOf(handler: RequestListener): Promise<string> {
    const server = createServer(handler).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // a server on a port has an address of this kind
  }

  test("a hundred files written one after another and synced are all there first", async () => {
    const directory = await temporaryDirectory();
    const write = async (): Promise<string> => {
      for (let file = 0; file < 100; file += 1) {
        const handle = await open(join(directory, `${file}`), "w");
        await handle.write("x".repeat(100_000));
        await handle.sync();
        await handle.close();
      }
      return "written";
    };
    expect(await beforeAnyTimer(write)).toBe("written");
    expect(await readdir(directory)).toHaveLength(100);
  });

  test("an answer that takes 300 real milliseconds, and its body as long again, come first", async () => {
    const url = await serverOf((_request, response) => {
      setTimeout(() => response.writeHead(200).write("one"), 300);
      setTimeout(() => response.end(" two"), 600);
    });
    expect(await beforeAnyTimer(async () => (await fetch(url)).text())).toBe("one two");
  });

  test("a request without any answer is left to the timer that ends it", async () => {
    const url = await serverOf(() => undefined);
    const clock = createVirtualClock();
    const controller = new AbortController();
    clock.platform.setTimeout(() => controller.abort(new Error("time is over")), 30_000);
    await expect(clock.finish(fetch(url, { signal: controller.signal }))).rejects.toThrow("time is over");
  });

  test("a promise that something unseen settles within two seconds is waited for when no timer is left", async () => {
    const clock = createVirtualClock();
    const unseen = new Promise<string>((resolve) => setTimeout(resolve, 700, "there"));
    expect(await clock.finish(unseen)).toBe("there");
  });
});
