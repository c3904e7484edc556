/// <reference types="node" />
import { randomUUID } from "node:crypto";
import { readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DownloadOptions, ReportFile } from "../../download/report-file.ts";
import type { ReadyReport, Target } from "../../source/ready-report.ts";
import { retryOnWindows, syncDirectory, writeDurably } from "./durable-file.ts";
import { targetRefused } from "./file-error.ts";

/** The same target, which writes what is known of each file beside it: `report.csv.json` beside `report.csv`. */
export function withEvidence(target: Target<ReportFile, DownloadOptions>): Target<ReportFile, DownloadOptions> {
  return {
    ...target,
    async receive(report, options) {
      const file = await target.receive(report, options);
      if (file.path !== undefined) await writeEvidence(`${file.path}.json`, report, file);
      return file;
    },
  };
}

/** Written beside its place and renamed, so that it is whole or not there. A later run writes it again. */
async function writeEvidence(path: string, report: ReadyReport, file: ReportFile): Promise<void> {
  const begun = join(dirname(path), `.report-kit-${randomUUID()}`);
  try {
    await writeDurably(begun, `${JSON.stringify(await evidenceOf(report, file), null, 2)}\n`);
    await retryOnWindows(() => rename(begun, path));
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(begun, { force: true }).catch(() => undefined);
    throw report.withBookmark(targetRefused("write the evidence", path, error));
  }
}

async function evidenceOf(report: ReadyReport, file: ReportFile): Promise<object> {
  const { source, provider, account, reportType, key, request, period, reference, delivery } = report;
  const { name, mediaType, bytes, sha256, empty, requests, resumed, linksRenewed } = file;
  return {
    v: 1,
    report: { source, provider, account, reportType, key, request, period, reference },
    deliveryId: delivery?.id,
    earlier: delivery?.earlier,
    file: { name, mediaType, bytes, sha256, empty, resumed },
    at: new Date(report.platform.now()).toISOString(),
    waitedMs: report.waitedMs,
    requests: { report: report.requestsSent, file: requests, linksRenewed },
    versions: { "report-kit": await ownVersion(), node: process.versions.node },
  };
}

/** Undefined in a program that was bundled: then there is no manifest to read. */
async function ownVersion(): Promise<string | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8"));
    const { name, version } = manifest as { readonly name?: unknown; readonly version?: unknown }; // any JSON can be read so
    return name === "report-kit" && typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
