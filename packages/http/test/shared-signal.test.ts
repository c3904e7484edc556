import { afterEach, describe, expect, it, vi } from "vitest";
import { onAbort, sleep } from "../src/index.ts";
import { exampleClient, fakeFetch } from "./example-api.ts";

const one = { params: { path: { id: "r1" } } };

/** Counts the listeners of a signal. */
function watched(): { readonly controller: AbortController; readonly most: () => number; readonly now: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  let most = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  vi.spyOn(signal, "addEventListener").mockImplementation((...args: Parameters<typeof add>) => {
    most = Math.max(most, (count += 1));
    add(...args);
  });
  vi.spyOn(signal, "removeEventListener").mockImplementation((...args: Parameters<typeof remove>) => {
    count -= 1;
    remove(...args);
  });
  return { controller, most: () => most, now: () => count };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("one signal for many calls", () => {
  it("has one listener, whatever the calls do, and none when they have ended", async () => {
    const warnings: unknown[] = [];
    const warn = (warning: unknown): void => void warnings.push(warning);
    process.on("warning", warn);
    const { controller, most, now } = watched();
    const { signal } = controller;
    let open = 0;
    const client = exampleClient({
      fetch: async () => {
        open += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return open % 2 === 0 ? new Response(null, { status: 503 }) : Response.json({ id: "r1" });
      },
      sleep,
      random: () => 0.01,
    });
    await Promise.all(Array.from({ length: 40 }, () => client.GET("/reports/{id}", { ...one, signal })));
    expect([most(), now(), warnings]).toEqual([1, 0, []]);
    process.off("warning", warn);
  });

  it("ends all of them, each with the signal's own reason", async () => {
    const { controller } = watched();
    const client = exampleClient({ fetch: fakeFetch(() => new Promise<Response>(() => undefined)) });
    const calls = Array.from({ length: 12 }, () => client.GET("/reports/{id}", { ...one, signal: controller.signal }));
    setTimeout(() => controller.abort("enough"), 20);
    expect(await Promise.allSettled(calls)).toEqual(calls.map(() => ({ status: "rejected", reason: "enough" })));
  });
});

describe("onAbort", () => {
  it("runs those that follow still, once each, the same function twice", () => {
    const { controller, most, now } = watched();
    const ran: string[] = [];
    const run = (): void => void ran.push("twice");
    onAbort(controller.signal, run);
    onAbort(controller.signal, run);
    const leave = onAbort(controller.signal, () => void ran.push("left"));
    onAbort(controller.signal, () => void ran.push("stayed"));
    leave();
    leave();
    expect([most(), now()]).toEqual([1, 1]);
    controller.abort();
    expect(ran).toEqual(["twice", "twice", "stayed"]);
  });

  it("listens again after all have left", () => {
    const { controller, now } = watched();
    let ran = 0;
    onAbort(controller.signal, () => (ran += 1))();
    expect(now()).toBe(0);
    onAbort(controller.signal, () => (ran += 1));
    controller.abort();
    expect(ran).toBe(1);
  });
});
