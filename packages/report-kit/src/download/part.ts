import type { ReadyReport } from "../source/ready-report.ts";
import type { Checked, ContentCheck } from "./content/content-check.ts";
import { createContentCheck } from "./content/content-check.ts";
import type { FileType } from "./content/file-type.ts";
import { DownloadError, targetError } from "./download-error.ts";
import { createHash as createSlowHash } from "./hash.ts";
import type { Known } from "./link/answer.ts";
import type { Hints } from "./name/file-name.ts";
import { nameFile } from "./name/file-name.ts";
import type { PartNote } from "./part-note.ts";
import { readNote } from "./part-note.ts";
import type { DownloadOptions } from "./report-file.ts";
import type { FileHead, Hash, Overwrite, Sink } from "./sink.ts";

/** What came so far of a file, on its way into a sink. */
export interface Part extends Known {
  /** All bytes that were announced are there. */
  readonly complete: boolean;
  /** Bytes that were there already are coming again, and did not all come yet. */
  readonly replaying: boolean;
  readonly resumed: boolean;
  /** Use what an earlier process left, if it is what its note says. */
  resume(): Promise<void>;
  /**
   * The bytes that follow are those of a whole file, from its first.
   * @param keep what is there stays, and the same bytes are expected to come again
   */
  startWhole(entity: Omit<Known, "bytes">, keep: boolean): Promise<void>;
  /** The bytes that follow are those that are missing. */
  startRest(): void;
  /** What the part belongs to can't be requested by range. */
  forgetValidator(): void;
  take(chunk: Uint8Array): Promise<void>;
  /** Keep a note, for a later process to resume from here. @returns whether one could. */
  checkpoint(): Promise<boolean>;
  finish(): Promise<Checked & { readonly head: FileHead; readonly sha256: string }>;
}

/** A note is written after each hundredth, within these bounds. */
const checkpointBytes = { least: 256 * 1024, most: 4 * 1024 * 1024 };

/** @param hints what is known of the file besides its bytes, as of now. */
export function createPart(
  report: ReadyReport,
  sink: Sink,
  options: {
    readonly overwrite: Overwrite;
    readonly maxBytes: number;
    readonly onProgress?: DownloadOptions["onProgress"];
    readonly hints: () => Hints;
  },
): Part {
  const { overwrite, maxBytes } = options;
  const newHash = (): Hash => sink.createHash?.() ?? createSlowHash();
  let bytes = 0;
  let entity: Omit<Known, "bytes"> = { validator: undefined, totalBytes: undefined };
  let hash = newHash();
  let content: ContentCheck = createContentCheck(maxBytes);
  /** Not written yet: too few to be recognised. */
  let waiting: Uint8Array[] = [];
  let type: FileType | undefined;
  let head: FileHead | undefined;
  let noted = 0;
  let resumed = false;
  /** The target failed: it holds what the last note says, at best. */
  let broken = false;
  /** Bytes that come again: they must be the same. */
  let replay: { left: number; readonly hash: Hash; readonly entity: Omit<Known, "bytes"> } | undefined;

  const claim = () => ({
    expects: report.expects,
    name: head?.name ?? report.fileName,
    link: options.hints().link,
  });

  async function clear(): Promise<void> {
    await atTarget(() => sink.truncate?.(0));
    bytes = 0;
    noted = 0;
    hash = newHash();
    content = createContentCheck(maxBytes);
    waiting = [];
    type = undefined;
  }

  /** Recognise the file, have the sink begin, and write what waited for that. */
  async function begin(): Promise<void> {
    type = content.type(claim());
    if (head === undefined) await beginSink(nameFile(report, type, options.hints()));
    const held = waiting;
    waiting = [];
    for (const chunk of held) await atTarget(() => sink.write(chunk));
  }

  async function beginSink({ name, mediaType }: { readonly name: string; readonly mediaType: string }): Promise<void> {
    const begun: FileHead = { name, mediaType, totalBytes: entity.totalBytes, overwrite };
    head = begun;
    await atTarget(() => sink.begin?.(begun));
  }

  async function checkpoint(): Promise<boolean> {
    const { validator, totalBytes } = entity;
    if (broken) return noted > 0;
    if (sink.checkpoint === undefined || head === undefined || type === undefined || bytes === 0) return false;
    if (validator === undefined || totalBytes === undefined) return false;
    if (noted === bytes) return true;
    const { name, mediaType } = head;
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
    refuseBeyond(bytes + chunk.length);
    hash.update(chunk);
    content.update(chunk);
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

  function refuseBeyond(length: number): void {
    if (length <= maxBytes) return;
    throw new DownloadError(
      "too-large",
      `The file has more than ${maxBytes} bytes. Pass a larger maxBytes if it should.`,
    );
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
    async resume() {
      const { kept } = sink;
      if (kept === undefined) return;
      const note = readNote(kept.note);
      if (note !== undefined && (await matches(note, kept.read()))) {
        entity = { validator: note.validator, totalBytes: note.totalBytes };
        await beginSink(note);
        await atTarget(() => sink.truncate?.(note.bytes));
        noted = bytes;
        resumed = true;
      } else await clear();
    },
    async startWhole(next, keep) {
      replay = undefined;
      refuseBeyond(next.totalBytes ?? 0);
      if (bytes > 0 && type !== undefined && (keep || sink.truncate === undefined)) {
        replay = { left: bytes, hash: newHash(), entity: next };
        return;
      }
      if (bytes > 0) await clear();
      entity = next;
    },
    startRest() {
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
      if (!fits) throw new DownloadError("changed", "The file became another one while it was downloaded.");
      resumed = true;
      if (again.length < chunk.length) await accept(chunk.subarray(again.length));
    },
    checkpoint,
    async finish() {
      if (type === undefined) await begin();
      const checked = content.finish(claim());
      if (head === undefined) throw new Error("a file that has begun has a head");
      // A workbook may be known by its last bytes alone.
      if (checked.type !== type) head = { ...head, ...nameFile(report, checked.type, options.hints()) };
      return { ...checked, head, sha256: hash.digest() };
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
      content.update(wanted);
      bytes += wanted.length;
      if (bytes === note.bytes) break;
    }
    if (bytes !== note.bytes || hash.copy().digest() !== note.sha256) return false;
    type = content.type(claim());
    return true;
  }
}
