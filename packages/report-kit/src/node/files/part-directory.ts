/// <reference types="node" />
import { lstat, mkdir, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { fileErrorCode, retryOnWindows } from "./durable-file.ts";
import { findKeptPart } from "./kept-part.ts";
import type { KeptPart } from "./kept-part.ts";
import { takenOver } from "./place-file.ts";
import { formatPartOwner, hasStopped, heldParts, newPartOwner, parsePartOwner } from "./part-owner.ts";

/*
 * A file that is not whole yet lies in a directory of its own, beside its final place:
 *
 *   .report-<key>.<owner>.part/   closed to other users; the owner's random id is in its name
 *     data                        the bytes that came
 *     note.json                   how many of them are sure, by which SHA-256, of which version of the file
 *     taken-<n>/                  parts of earlier owners, until what they hold is copied
 *
 * Invariants:
 * P1 Only its owner writes to `data` and `note.json`: it created them, and nobody opens them for writing again. A new owner
 *    copies what it goes on from. So an owner that stood still and wakes up can write to its own files alone, whatever has
 *    happened to them.
 * P2 A part is taken over by renaming its directory into the new owner's, which one worker wins. The old name never comes
 *    back, so the old owner can no longer give its file the final name.
 * P3 What was taken stays until a note of the new owner vouches for its copy: a crash in between loses nothing.
 * P4 Only a directory that this user made and that others can't write to is taken over, and no link is followed.
 */
export interface PartDirectory {
  readonly path: string;
  /** What earlier owners left of this file. */
  readonly kept: KeptPart | undefined;
  /** Aborts with the error when another worker took it over, or it was deleted. */
  readonly lost: AbortSignal;
  /** What was kept is copied, or of no use. */
  dropKept(): Promise<void>;
  /** Let others take it over at once. */
  release(): Promise<void>;
  /** Delete it. */
  remove(): Promise<void>;
}

/** How often an owner touches its directory, and after how long without it another worker may take it over. */
const heartbeatMs = 60_000;
const silentAfterMs = 10 * heartbeatMs;

/** Make a directory for the file of a key, and take over what workers that stopped left of it. */
export async function claimPart(parent: string, key: string): Promise<PartDirectory> {
  const prefix = `.report-${key.replaceAll(/[^\w-]/g, "_").slice(0, 80)}.`;
  const owner = newPartOwner();
  const path = join(parent, `${prefix}${formatPartOwner(owner)}.part`);
  const others = (await readdir(parent)).filter((name) => name.startsWith(prefix) && name.endsWith(".part"));
  await mkdir(path, { mode: 0o700 });
  heldParts.add(owner.id);
  const lost = new AbortController();
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch((error: unknown) => {
      if (fileErrorCode(error) === "ENOENT") lost.abort(takenOver(path));
    });
  }, heartbeatMs);
  beat.unref();
  const letGo = (): void => {
    clearInterval(beat);
    heldParts.delete(owner.id);
  };

  let taken = 0;
  // A share that keeps neither owners nor modes: nobody could take the part over later.
  const reusable = await isPrivate(path);
  try {
    for (const name of others) {
      const left = join(parent, name);
      if (!(await isAbandoned(left, name.slice(prefix.length, -".part".length)))) continue;
      if (await takeOver(left, join(path, `taken-${taken}`))) taken += 1;
    }
    const kept = taken === 0 ? undefined : await findKeptPart(path, key);
    return { path, kept, lost: lost.signal, dropKept, release, remove };
  } catch (error) {
    letGo();
    throw error;
  }

  async function dropKept(): Promise<void> {
    for (; taken > 0; taken -= 1) await rm(join(path, `taken-${taken - 1}`), { recursive: true, force: true });
  }

  async function release(): Promise<void> {
    if (!reusable) return remove();
    const longAgo = new Date(0);
    await utimes(path, longAgo, longAgo).catch(() => {}); // it was taken over: nothing to release
    letGo();
  }

  async function remove(): Promise<void> {
    await rm(path, { recursive: true, force: true });
    letGo();
  }
}

/** May it be taken over? Sure where that can be known; elsewhere ten minutes of silence have to do. */
async function isAbandoned(path: string, ownerText: string): Promise<boolean> {
  const owner = parsePartOwner(ownerText);
  if (owner === undefined || !(await isPrivate(path))) return false;
  const stopped = await hasStopped(owner);
  if (stopped !== undefined) return stopped;
  const touched = await lstat(path).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs > silentAfterMs;
}

/** @returns false when another worker was faster, or the directory is not ours. */
async function takeOver(path: string, to: string): Promise<boolean> {
  try {
    await retryOnWindows(() => rename(path, to));
  } catch {
    return false;
  }
  if (await isPrivate(to)) return true;
  // It was exchanged for another one between the look and the rename.
  await rm(to, { recursive: true, force: true });
  return false;
}

/** A directory, not a link to one, that this user made and nobody else can write to. Windows has no such modes. */
async function isPrivate(path: string): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory() !== true) return false;
  return process.geteuid === undefined || (there.uid === process.geteuid() && (there.mode & 0o022) === 0);
}
