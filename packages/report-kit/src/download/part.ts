import { ReportKitError } from "@report-kit/http";
import type { FileHead, Hash, PartNote, Sink, UnpackLimits } from "./target.ts";
import { createContentCheck } from "./content/content-check.ts";
import type { ContentCheck } from "./content/content-check.ts";
import { DownloadError } from "./download-error.ts";
import type { DownloadContext } from "./download-contract.ts";
import { createHash as createSlowHash } from "./hash.ts";
import { nameFile } from "./name/file-name.ts";
import type { Told } from "./name/file-name.ts";
import { readNote } from "./note.ts";
import type { Known } from "./link/range.ts";
import type { FileType } from "./content/file-type.ts";

/** What came so far of a file, on its way into a sink. */
export interface Part extends Known {
  /** All bytes that were announced are there. */
  readonly complete: boolean;
  /** Bytes that were there already are coming again, and did not all come yet. */
  readonly replaying: boolean;
  readonly resumed: boolean;
  /** Take up what an earlier process left, if it is what its note says. */
  takeUp(): Promise<void>;
  /** The bytes that follow are those of a whole file, from its first. */
  startWhole(entity: Omit<Known, "bytes">): Promise<void>;
  /** The bytes that follow are those that are missing. */
  goOn(): void;
  /** What the part belongs to can't be asked for by range. */
  forgetValidator(): void;
  take(chunk: Uint8Array): Promise<void>;
  /** Have a later process go on from here. @returns whether one could. */
  checkpoint(): Promise<boolean>;
  finish(): Promise<{ readonly head: FileHead; readonly sha256: string; readonly empty: boolean }>;
}

/** A note is written after each hundredth, within these bounds. */
const checkpointBytes = { least: 256 * 1024, most: 4 * 1024 * 1024 };

/** @param told what is known of the file besides its bytes, as of now. */
export function createPart(
  context: DownloadContext,
  sink: Sink,
  options: {
    readonly overwrite: FileHead["overwrite"];
    readonly unpack: UnpackLimits | undefined;
    readonly onProgress: ((progress: { bytes: number; totalBytes: number | undefined }) => void) | undefined;
    readonly told: () => Told;
  },
): Part {
  const newHash = (): Hash => sink.createHash?.() ?? createSlowHash();
  let bytes = 0;
  let entity: Omit<Known, "bytes"> = { validator: undefined, totalBytes: undefined };
  let hash = newHash();
  let content: ContentCheck = createContentCheck();
  /** Not written yet: too few to be recognised. */
  let waiting: Uint8Array[] = [];
  let type: FileType | undefined;
  let head: FileHead | undefined;
  let noted = 0;
  let resumed = false;
  /** The target failed: what it holds is what the last note says, at best. */
  let broken = false;
  /** Bytes that come again, because the target can't take them back: they must be the same. */
  let replay: { left: number; readonly hash: Hash; readonly entity: Omit<Known, "bytes"> } | undefined;

  const claim = () => ({ expects: context.expects, name: head?.name ?? context.name, link: options.told().link });

  async function clear(to: number): Promise<void> {
    await atTarget(() => sink.truncate?.(to));
    bytes = 0;
    noted = 0;
    hash = newHash();
    content = createContentCheck();
    waiting = [];
    type = undefined;
  }

  /** Recognise the file, have the sink begin, and let go of what waited for that. */
  async function begin(): Promise<void> {
    type = content.type(claim());
    if (head === undefined) await beginSink(nameFile(context, type, options.told()));
    const held = waiting;
    waiting = [];
    for (const chunk of held) await atTarget(() => sink.write(chunk));
  }

  async function beginSink({ name, mediaType }: { readonly name: string; readonly mediaType: string }): Promise<void> {
    const unpack = type === "zip" || type === "gzip" ? options.unpack : undefined;
    const begun: FileHead = { name, mediaType, totalBytes: entity.totalBytes, overwrite: options.overwrite, unpack };
    head = begun;
    await atTarget(() => sink.begin?.(begun));
  }

  async function checkpoint(): Promise<boolean> {
    const { validator, totalBytes } = entity;
    if (broken) return noted > 0;
    const able = sink.checkpoint !== undefined && head !== undefined && type !== undefined && bytes > 0;
    if (!able || validator === undefined || totalBytes === undefined) return false;
    if (noted === bytes) return true;
    const { name, mediaType } = head as FileHead; // `able` says so
    const note: PartNote = { v: 1, bytes, sha256: hash.copy().digest(), validator, totalBytes, name, mediaType };
    await atTarget(() => sink.checkpoint?.(note));
    noted = bytes;
    return true;
  }

  async function accept(chunk: Uint8Array): Promise<void> {
    const { totalBytes } = entity;
    if (totalBytes !== undefined && bytes + chunk.length > totalBytes) {
      throw new DownloadError("short-body", `More came than the ${totalBytes} bytes that were announced.`);
    }
    hash.update(chunk);
    const checked = content.update(chunk);
    if (checked !== undefined) await checked;
    bytes += chunk.length;
    if (type !== undefined) await atTarget(() => sink.write(chunk));
    else {
      waiting.push(chunk);
      if (content.recognisable) await begin();
    }
    const due = Math.min(checkpointBytes.most, Math.max(checkpointBytes.least, (totalBytes ?? 0) / 100));
    if (bytes - noted >= due) await checkpoint();
    options.onProgress?.({ bytes, totalBytes });
  }

  return {
    get bytes() {
      return bytes;
    },
    get validator() {
      return entity.validator;
    },
    get totalBytes() {
      return entity.totalBytes;
    },
    get complete() {
      return bytes === entity.totalBytes;
    },
    get replaying() {
      return replay !== undefined;
    },
    get resumed() {
      return resumed;
    },
    async takeUp() {
      const { kept } = sink;
      if (kept === undefined) return;
      const note = readNote(kept.note);
      if (note !== undefined && (await matches(note, kept.read()))) {
        entity = { validator: note.validator, totalBytes: note.totalBytes };
        await beginSink(note);
        await atTarget(() => sink.truncate?.(note.bytes));
        noted = bytes;
        resumed = true;
      } else await clear(0);
    },
    async startWhole(next) {
      replay = undefined;
      if (bytes > 0 && type !== undefined && sink.truncate === undefined) {
        replay = { left: bytes, hash: newHash(), entity: next };
        return;
      }
      if (bytes > 0) await clear(0);
      entity = next;
    },
    goOn() {
      replay = undefined;
      resumed = true;
    },
    forgetValidator() {
      entity = { ...entity, validator: undefined };
    },
    async take(chunk) {
      if (replay === undefined) return accept(chunk);
      const again = chunk.subarray(0, replay.left);
      replay.hash.update(again);
      replay.left -= again.length;
      if (replay.left > 0) return;
      const fits = replay.hash.digest() === hash.copy().digest();
      entity = replay.entity;
      replay = undefined;
      if (!fits) {
        throw new DownloadError(
          "changed",
          "The file became another one while it was downloaded, and what was passed on can't be taken back.",
        );
      }
      resumed = true;
      if (again.length < chunk.length) await accept(chunk.subarray(again.length));
    },
    checkpoint,
    async finish() {
      if (type === undefined) await begin();
      const { empty } = await content.finish(claim());
      if (head === undefined) throw new Error("a file that has begun has a head");
      return { head, sha256: hash.digest(), empty };
    },
  };

  /** What a target throws is not a fault of the network. */
  async function atTarget(run: () => Promise<void> | undefined): Promise<void> {
    try {
      await run();
    } catch (cause) {
      broken = true;
      throw targetError(cause);
    }
  }

  /** Hash what was kept again; on a match it is what this part consists of. */
  async function matches(note: PartNote, read: AsyncIterable<Uint8Array>): Promise<boolean> {
    for await (const chunk of read) {
      const wanted = chunk.subarray(0, note.bytes - bytes);
      hash.update(wanted);
      await content.update(wanted);
      bytes += wanted.length;
      if (bytes === note.bytes) break;
    }
    if (bytes !== note.bytes || hash.copy().digest() !== note.sha256) return false;
    type = content.type(claim());
    return true;
  }
}

/** What a target failed with, as one of ours. */
export function targetError(cause: unknown): ReportKitError {
  if (ReportKitError.isInstance(cause)) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DownloadError("target", `The target can't take the file: ${why}`, { cause });
}
