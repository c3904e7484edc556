import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { JobEvent } from "../../src/index.ts";
import { publishEvents } from "../../src/node/diagnostics.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

const run = promisify(execFile);

/** A process that begins to wait for a report that never comes. */
const waiting = (options: string): string => `
  import { createReportKit, memoryJournal } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
  import { scriptedSource } from ${JSON.stringify(new URL("../../src/testing/index.ts", import.meta.url).href)};
  const pending = { is: "pending", status: "pending", reference: "1" };
  const source = scriptedSource({ create: [pending], look: [pending] });
  const kit = createReportKit({ journal: memoryJournal() });
  kit.report(source, { report: "a" }).outcome(${options}).catch(() => console.log("settled"));
  process.on("exit", () => console.log("exit"));`;
const execute = async (code: string): Promise<string> =>
  (await run(process.execPath, ["--input-type=module", "--eval", code], { timeout: 20_000 })).stdout;

it("a process exits while an unref'd wait goes on, and not while another does", async () => {
  expect(await execute(waiting("{ unref: true }"))).toBe("exit\n");
  expect(await execute(waiting("{ deadlineMs: 300 }"))).toBe("settled\nexit\n");
});

it("a process exits at once when its only wait is aborted", async () => {
  expect(await execute(waiting("{ signal: AbortSignal.timeout(50) }"))).toBe("settled\nexit\n");
});

it("events are published on Node's diagnostics channel, for who subscribes", async () => {
  const heard: JobEvent[] = [];
  const listen = (message: unknown): void => {
    heard.push(message as JobEvent); // the channel's messages are untyped
  };
  subscribe("report-kit:job", listen);
  const clock = createVirtualClock();
  const source = scriptedSource({ create: [{ is: "ready", reference: "1" }] });
  const kit = createReportKit({ journal: memoryJournal(), platform: clock.platform, onEvent: publishEvents });
  await clock.finish(kit.report(source, { report: "a" }).outcome());
  unsubscribe("report-kit:job", listen);
  expect(heard.map((event) => event.type)).toEqual(["submitted", "ready"]);
});
