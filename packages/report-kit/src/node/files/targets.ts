/// <reference types="node" />
import { basename, dirname, join, resolve } from "node:path";
import { safeName } from "../../download/name/safe-name.ts";
import { createTarget } from "../../download/create-target.ts";
import type { DownloadOptions, ReportFile } from "../../download/report-file.ts";
import { refuse } from "../../refuse.ts";
import type { Target } from "../../source/ready-report.ts";
import { checkWritable, makeDirectory, refuseForeignLinks } from "./directory.ts";
import { openFileSink } from "./file-sink.ts";
import { hashText } from "./hash.ts";

/**
 * Keep reports in a directory: `<directory>/<source>/<account>/<name>`, by the provider's name for the file, made safe.
 * Directories are made as needed. That this one can be written is checked before anything is asked for.
 *
 * Until it is whole, a file lies beside its final place in `.report-<key>.….part/`; a later download of the same report, in
 * this process or another, goes on from there. No other user should be able to write to the directory.
 */
export function toDirectory(directory: string): Target<ReportFile, DownloadOptions> {
  const root = resolve(filledIn("directory", directory));
  return createTarget({
    check: () => checkWritable(root),
    async open({ source, key }) {
      const parent = join(root, ...source.split("/").map((part) => segment(part)));
      await makeDirectory(parent);
      await refuseForeignLinks(root, parent);
      return openFileSink(parent, key, ({ name }) => join(parent, name));
    },
  });
}

/** Write a report to one path, whatever the provider calls it. As `toDirectory` in all else. */
export function toFile(path: string): Target<ReportFile, DownloadOptions> {
  const final = resolve(filledIn("path", path));
  if (basename(final) === "") refuse("path", "the path of a file", path, "a root directory");
  return createTarget({
    check: () => checkWritable(dirname(final)),
    async open({ key }) {
      await makeDirectory(dirname(final));
      return openFileSink(dirname(final), key, () => final);
    },
  });
}

/** A directory's name for a part of a source's id. Two ids never share one: what had to be changed gets a hash. */
function segment(part: string): string {
  const safe = safeName(part);
  return safe === part ? part : `${safe ?? "_"}-${hashText(part).slice(0, 8)}`;
}

function filledIn(field: string, value: unknown): string {
  return typeof value === "string" && value !== "" ? value : refuse(field, "a path", value);
}
