/// <reference types="node" />
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { hashText } from "./hash.ts";

/**
 * A file that is not whole yet lies in a directory of its own, beside its final place:
 * `.report-<key>.<host>-<process>-<thread>-<random>.part/` with `data` (its bytes), `note.json` (how many of them are sure, by
 * which SHA-256, of which version of the file) and `unpacked/`. Who works on it stands in its name; taking it over is one
 * rename, which one worker wins. It is safe to delete when nothing runs.
 */
export interface PartDirectory {
  readonly path: string;
  /** It was left by an earlier worker. */
  readonly found: boolean;
  /** Let others have it. */
  release(): void;
  /** Delete it. */
  remove(): Promise<void>;
}

/** How often a worker says that it lives; after ten times that it does not. */
const heartbeatMs = 60_000;
const deadAfterMs = 10 * heartbeatMs;

/** Directories this thread works on, shared by all copies of this module. */
const symbol = Symbol.for("report-kit.parts");
const registry = globalThis as { [symbol]?: Set<string> }; // nobody else uses the symbol
const held: Set<string> = (registry[symbol] ??= new Set());

/** Take over what a dead worker left of a key's file, or make a new directory. */
export async function claimPart(parent: string, key: string): Promise<PartDirectory> {
  const prefix = `.report-${key.replace(/[^\w-]/g, "_")}.`;
  const host = hashText(hostname()).slice(0, 8);
  const name = `${prefix}${host}-${process.pid}-${threadId}-${crypto.randomUUID().slice(0, 8)}.part`;
  const path = join(parent, name);
  held.add(path);
  let found = false;
  for (const other of await readdir(parent)) {
    const owner = other.startsWith(prefix) ? /^(\w+)-(\d+)-(\d+)-\w+\.part$/.exec(other.slice(prefix.length)) : null;
    if (owner === null || !(await isAbandoned(join(parent, other), owner, host))) continue;
    if (found) await rm(join(parent, other), { recursive: true, force: true });
    // Another worker may be faster: then it is theirs.
    else
      found = await rename(join(parent, other), path).then(
        () => true,
        () => false,
      );
  }
  try {
    if (!found) await mkdir(path);
  } catch (error) {
    held.delete(path);
    throw error;
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  beat.unref();
  const release = (): void => {
    clearInterval(beat);
    held.delete(path);
  };
  return {
    path,
    found,
    release,
    async remove() {
      await rm(path, { recursive: true, force: true });
      release();
    },
  };
}

/** Sure where it can be sure: a process of this host that is gone, or this very thread. Elsewhere silence has to do. */
async function isAbandoned(path: string, owner: RegExpExecArray, host: string): Promise<boolean> {
  const [, ownerHost, ownerProcess, ownerThread] = owner;
  if (ownerHost === host && Number(ownerProcess) === process.pid && Number(ownerThread) === threadId)
    return !held.has(path);
  if (ownerHost === host && Number(ownerProcess) !== process.pid && !isAlive(Number(ownerProcess))) return true;
  const beat = await stat(path).catch(() => undefined);
  return beat !== undefined && Date.now() - beat.mtimeMs > deadAfterMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
