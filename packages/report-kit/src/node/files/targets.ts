/// <reference types="node" />
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { safeName } from "../../download/name/safe-name.ts";
import { ReportRequestError } from "../../errors.ts";
import { createTarget } from "../../download/create-target.ts";
import type { DownloadOptions, ReportFile } from "../../download/report-file.ts";
import type { Target } from "../../source/ready-report.ts";
import { syncDirectory } from "./durable-file.ts";
import { openFileSink } from "./file-sink.ts";
import { hashText } from "./hash.ts";

/**
 * Keep reports in a directory: `<directory>/<source>/<account>/<name>`, by the provider's name for the file, made safe.
 * Directories are made as needed.
 *
 * Until it is whole, a file lies beside its final place in `.report-<key>.….part/`; a later download of the same report, in
 * this process or another, goes on from there.
 */
export function toDirectory(directory: string): Target<ReportFile, DownloadOptions> {
  const root = resolve(filledIn("directory", directory));
  return createTarget({
    async open({ source, key }) {
      const parent = join(root, ...source.split("/").map((part) => segment(part)));
      await makeDirectory(parent);
      return openFileSink(parent, key, ({ name }) => join(parent, name));
    },
  });
}

/** Write a report to one path, whatever the provider calls it. As `toDirectory` in all else. */
export function toFile(path: string): Target<ReportFile, DownloadOptions> {
  const final = resolve(filledIn("path", path));
  if (basename(final) === "") throw invalid("path", "the path of a file", "a root directory");
  return createTarget({
    async open({ key }) {
      await makeDirectory(dirname(final));
      return openFileSink(dirname(final), key, () => final);
    },
  });
}

/** A directory's name for a part of a source's id. Two ids never share one: what had to be changed is told apart by its hash. */
function segment(part: string): string {
  const safe = safeName(part);
  return safe === part ? part : `${safe ?? "_"}-${hashText(part).slice(0, 8)}`;
}

/** Make a directory, durably. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

function filledIn(field: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(field, "a path", typeof value === "string" ? "an empty string" : `a ${typeof value}`);
}

function invalid(field: string, expected: string, received: string): ReportRequestError {
  return new ReportRequestError({ field, expected, received });
}
