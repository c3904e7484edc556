/// <reference types="node" />
import { createHash } from "node:crypto";
import type { JournalRecord } from "../../journal/journal.ts";
import type { JsonObject } from "../../json.ts";

/** A record as a file's text: one line of JSON that people can read, one line with its SHA-256. */
export function recordText(revision: number, value: JsonObject): string {
  const line = JSON.stringify({ revision, value });
  return `${line}\n${sha256(line)}\n`;
}

/** A file's text as the record it was made from; undefined when it is damaged, cut short or something else. */
export function parseRecord(text: string, revision: number): JournalRecord | undefined {
  const [line = "", checksum, rest, ...more] = text.split("\n");
  if (checksum !== sha256(line) || rest !== "" || more.length > 0) return undefined;
  const record: JournalRecord = JSON.parse(line); // the checksum says that `recordText` wrote it
  return record.revision === revision ? record : undefined;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
