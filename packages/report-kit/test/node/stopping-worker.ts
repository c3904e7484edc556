/*
 * A process that downloads a link into a directory and stands still (SIGSTOP) right before or right after one of its file
 * operations; started by taken-part.test.ts, which lets another worker take its part over meanwhile.
 *
 *   node stopping-worker.ts <url> <directory> <key> <overwrite> <moment>
 *
 * Moment 2n is before operation n, moment 2n + 1 after it; -1 is never. It prints "at <operation>" where it stands still, at
 * the end the file or the error as a line of JSON, and how many moments there were.
 */
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { ReadyReport } from "../../src/source/ready-report.ts";
import type { Overwrite } from "../../src/download/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import { platformWith } from "../../src/platform.ts";
import { createTimer } from "../../src/waiting/timer.ts";
import { reportFacts } from "../support/report-facts.ts";

const [, , url = "", directory = "", key = "", overwrite = "", chosen = "-1"] = process.argv;
let moments = 0;

function standStillAt(operation: string): void {
  if (moments === Number(chosen)) {
    fs.writeSync(1, `at ${operation}\n`);
    // The first process of a PID namespace can't stop itself: it waits for a byte.
    if (process.pid === 1) fs.readSync(0, Buffer.alloc(1));
    else process.kill(process.pid, "SIGSTOP");
  }
  moments += 1;
}

/** Have each call of an object's asynchronous functions pass two moments. */
function watch(owner: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== "function") throw new Error(`no ${name} here`);
    const watched = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      standStillAt(`before ${name}`);
      try {
        return await Reflect.apply(original, this, args);
      } finally {
        standStillAt(`after ${name}`);
      }
    };
    Reflect.set(owner, name, watched);
  }
}

const handle = await fsPromises.open(process.execPath);
await handle.close();
const ofAllHandles = Object.getPrototypeOf(handle) as FileHandle; // what `open` gives
watch(ofAllHandles, ["write", "read", "truncate", "stat"]);
watch(fsPromises, ["open", "mkdir", "readdir", "rename", "link", "rm", "lstat"]);
const { fsync } = fs;
Reflect.set(fs, "fsync", (fd: number, done: (error: unknown) => void) => {
  standStillAt("before fsync");
  fsync(fd, (error) => {
    standStillAt("after fsync");
    done(error);
  });
});
syncBuiltinESMExports();

const timer = createTimer();
const report: ReadyReport = {
  ...reportFacts(key),
  reportType: "camt053",
  keepDelivery: async () => undefined,
  fileName: "statement.csv",
  expects: undefined,
  link: undefined,
  linkHosts: [],
  loopback: true,
  platform: platformWith({}),
  locate: async () => ({ via: "link", url }),
  emit: () => {},
  waitUntil: (untilMs, options) => timer.wait(untilMs, options),
  withBookmark: (error) => error,
};
const target = toDirectory(directory);
const { name: _name, ...end } = await target
  .receive(report, { overwrite: overwrite as Overwrite }) // the test's own word
  .catch((error: { code?: unknown; message: string; retryable?: unknown }) => ({
    name: "error",
    error: error.code ?? "none",
    message: error.message,
    retryable: error.retryable,
  }));
fs.writeSync(1, `${JSON.stringify({ ...end, moments })}\n`);
process.exit();
