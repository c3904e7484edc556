/// <reference types="node" />
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hashText } from "./hash.ts";

/** The worker that owns a part, as it stands in the part's name: `<machine>-<pid>-<start>-<thread>-<id>`. */
export interface PartOwner {
  /** A hash of the boot id and the PID namespace: only within one of both does a pid name one process. `0` = not known. */
  readonly machine: string;
  readonly pid: number;
  /** When the process started, in ticks since boot: a pid is used again, a pid with its start is not. */
  readonly start: string;
  /** Random, one for each thread. */
  readonly thread: string;
  /** Random, one for each part. */
  readonly id: string;
}

/** Shared by all copies of this module in one thread. */
const symbol = Symbol.for("report-kit.parts");
const registry = globalThis as { [symbol]?: { readonly thread: string; readonly held: Set<string> } }; // nobody else uses the symbol
const own = (registry[symbol] ??= { thread: randomBytes(8).toString("hex"), held: new Set() });

/** The ids of the parts that this thread works on. */
export const heldParts: Set<string> = own.held;

let identity: Pick<PartOwner, "machine" | "start"> | undefined;

/** This thread as the owner of one more part. */
export function newPartOwner(): PartOwner {
  identity ??= processIdentity();
  return { ...identity, pid: process.pid, thread: own.thread, id: randomBytes(16).toString("hex") };
}

export function formatPartOwner({ machine, pid, start, thread, id }: PartOwner): string {
  return `${machine}-${pid}-${start}-${thread}-${id}`;
}

export function parsePartOwner(text: string): PartOwner | undefined {
  const [machine = "", pid = "", start = "", thread = "", id = "", ...more] = text.split("-");
  const complete = machine !== "" && /^\d{1,10}$/.test(pid) && start !== "" && thread !== "" && id !== "";
  return complete && more.length === 0 ? { machine, pid: Number(pid), start, thread, id } : undefined;
}

/**
 * Has the owner stopped working on its part? Known of this very thread, and of a process that is gone from this boot and this
 * PID namespace. Undefined when it can't be known from here: a process that is there may stand still for good.
 */
export async function hasStopped({ machine, pid, start, thread, id }: PartOwner): Promise<boolean | undefined> {
  if (thread === own.thread) return !own.held.has(id);
  identity ??= processIdentity();
  if (machine === "0" || machine !== identity.machine) return undefined;
  const found = await readFile(`/proc/${pid}/stat`, "latin1").then(startIn, () => undefined);
  // Without the file the process is gone, or hidden from this user.
  const stopped = found === undefined ? isGone(pid) : found !== start;
  return stopped ? true : undefined;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** Linux alone says which boot and which PID namespace this is. */
function processIdentity(): Pick<PartOwner, "machine" | "start"> {
  const unknown = { machine: "0", start: "0" };
  try {
    // The mount at /proc may be that of another PID namespace: its pids are not ours then.
    if (readlinkSync("/proc/self") !== String(process.pid)) return unknown;
    const start = startIn(readFileSync("/proc/self/stat", "latin1"));
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const namespaces = [readlinkSync("/proc/self/ns/pid"), timeNamespace()];
    return start === undefined ? unknown : { machine: hashText([boot, ...namespaces].join(" ")).slice(0, 16), start };
  } catch {
    return unknown;
  }
}

/** Start times are shifted by it. */
function timeNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/time");
  } catch {
    return ""; // before Linux 5.6
  }
}

/** The 22nd field of /proc/<pid>/stat. The second, a name in brackets, may hold anything. */
function startIn(stat: string): string | undefined {
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return start !== undefined && /^\d+$/.test(start) ? start : undefined;
}
