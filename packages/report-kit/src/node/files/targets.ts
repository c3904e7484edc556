/// <reference types="node" />
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DownloadError } from "../../download/download-error.ts";
import { createTarget } from "../../download/create-target.ts";
import type { DownloadOptions, ReportFile } from "../../download/report-file.ts";
import { checkOptions, refuse } from "../../refuse.ts";
import type { Target } from "../../source/ready-report.ts";
import { checkWritable, makeDirectory, refuseForeignLinks } from "./directory.ts";
import { withEvidence } from "./evidence.ts";
import { checkPattern, directoriesOf, fileNameOf, readPattern } from "./file-pattern.ts";
import { openFileSink } from "./file-sink.ts";

/** How reports are kept in a directory. */
export interface DirectoryOptions {
  /**
   * Where each file goes below the directory: `"{provider}/{account}/{reportType}/{from}_{to}.{ext}"`. `from` and `to` are
   * the days that the report covers; there are `source`, `key` and `name`, too: the name that the file has without a pattern.
   * What is filled in is made safe. Default `"{source}/{name}"`.
   */
  readonly fileName?: string | undefined;
  /**
   * Write what is known of the file beside it, as JSON, into `<name>.json`: which report it is, the provider's ids, the
   * times, the requests, and the hash. No secret. Default false.
   */
  readonly evidence?: boolean | undefined;
}

/**
 * Keep reports in a directory: `<directory>/<source>/<account>/<name>`, by the provider's name for the file, made safe, with
 * the period in it. Directories are made as needed. That this one can be written is checked before anything is asked for.
 *
 * Until it is whole, a file lies beside its final place in `.report-<key>.….part/`; a later download of the same report, in
 * this process or another, goes on from there. No other user should be able to write to the directory.
 * @throws ReportRequestError for a directory or an option that can't be used.
 */
export function toDirectory(directory: string, options: DirectoryOptions = {}): Target<ReportFile, DownloadOptions> {
  const root = resolve(filledIn("directory", directory));
  checkOptions("toDirectory", options, { fileName: "string", evidence: "boolean" });
  const pattern = readPattern(options.fileName ?? "{source}/{name}");
  const target = createTarget({
    async check(_options, report) {
      checkPattern(pattern, report);
      await checkWritable(root);
    },
    async open(report) {
      const parent = join(root, ...directoriesOf(pattern, report));
      await makeDirectory(parent);
      await refuseForeignLinks(root, parent);
      const sink = await openFileSink(parent, report.key, ({ name }) =>
        join(parent, fileNameOf(pattern, report, name)),
      );
      return {
        ...sink,
        commit: async (file) => ({ ...(await sink.commit(file)), name: fileNameOf(pattern, report, file.name) }),
      };
    },
  });
  return options.evidence === true ? withEvidence(target) : target;
}

/** Write one report to a path, whatever the provider calls it. As `toDirectory` in all else; a series needs that one. */
export function toFile(
  path: string,
  options: Pick<DirectoryOptions, "evidence"> = {},
): Target<ReportFile, DownloadOptions> {
  const final = resolve(filledIn("path", path));
  checkOptions("toFile", options, { evidence: "boolean" });
  if (basename(final) === "") refuse("path", "the path of a file", path, "a root directory");
  const parts = createTarget({
    async check() {
      await checkWritable(dirname(final));
      const there = await stat(final).catch(() => undefined);
      if (there?.isDirectory() !== true) return;
      throw new DownloadError("target", `${final} is a directory. Name a file in it, or use toDirectory.`);
    },
    async open({ key }) {
      await makeDirectory(dirname(final));
      return openFileSink(dirname(final), key, () => final);
    },
  });
  const target = { ...parts, holdsOne: true } as const;
  return options.evidence === true ? withEvidence(target) : target;
}

function filledIn(field: string, value: unknown): string {
  return typeof value === "string" && value !== "" ? value : refuse(field, "a path", value);
}
