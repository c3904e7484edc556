import { untrusted } from "../../source-tools/index.ts";
import type { Observation, Untrusted } from "../../source-tools/index.ts";

/** What a name in place of a file's would reach instead: the literal paths beside `{file_name}`. */
const neighbours: ReadonlySet<string> = new Set(["config", "list", "search", "schedule", "task", ".", ".."]);
/** One path segment: no slash, no control character, no half of a surrogate pair. */
const segment = /^[^/\\\p{Cc}\p{Cs}]{1,255}$/u;

/** Can a file be fetched by this name without reaching another operation? */
export function isFileName(name: string): boolean {
  const plain = name.trim().toLowerCase();
  return segment.test(name) && plain !== "" && !neighbours.has(plain);
}

/** The id of a task or report: a number, or (seen on test accounts) a text. A number too big for JSON is not one: it has lost digits. */
export function idOf(item: Untrusted): string | undefined {
  const id = item["id"];
  if (typeof id === "number") return Number.isSafeInteger(id) && id >= 0 ? String(id) : undefined;
  return typeof id === "string" && /^[A-Za-z0-9_-]{1,100}$/.test(id) ? id : undefined;
}

/** The status in a few words. */
export function statusOf(item: Untrusted): string {
  const status = item["status"];
  return typeof status === "string" && status !== "" ? status.slice(0, 60) : "no status";
}

/** What each status of a task means; any other is unknown (query-task-status of both families, read 2026-11-20). */
const statuses: Readonly<Record<string, "pending" | "file" | "failed">> = {
  pending: "pending",
  processing: "pending",
  processed: "file",
  // Of test accounts, and of older lists.
  available: "file",
  enabled: "file",
  failed: "failed",
  deleted: "failed",
};

/**
 * What a task, or an item of a list or a search, says of its report. Ready takes both a status that says so and the file's
 * name: `processed` comes a little before the name.
 *
 * @param reference - the report's reference from now on. Not the answer's `id`: test accounts answer with another one.
 * @param afterwards - the reference of a report that is not ready yet, where it differs
 */
export function observeTask(item: Untrusted, reference: string, afterwards: string = reference): Observation {
  const status = statusOf(item);
  switch (Object.hasOwn(statuses, status) ? statuses[status] : undefined) {
    case "pending":
      return { is: "pending", status, reference: afterwards };
    case "file":
      return observeFile(item, status, reference, afterwards);
    case "failed": {
      const message =
        status === "deleted"
          ? "The report was deleted at Mercado Pago."
          : "Making the report failed at Mercado Pago, which gives no reason.";
      return { is: "failed", code: status, message, reference };
    }
    case undefined:
      return { is: "unknown", status, sample: `status ${JSON.stringify(status)}`, reference: afterwards };
  }
}

function observeFile(item: Untrusted, status: string, reference: string, afterwards: string): Observation {
  const fileName = fileNameOf(item);
  if (fileName === undefined) return { is: "pending", status: `${status}, no file name yet`, reference: afterwards };
  if (isFileName(fileName)) return { is: "ready", reference, fileName };
  const sample = `file name ${JSON.stringify(fileName.slice(0, 60))}`;
  return { is: "unknown", status: "a file name that can't be one", sample, reference: afterwards };
}

/** `file_name`, or the table among `files` (seen on test accounts, beside a JSON of the same rows). */
function fileNameOf(item: Untrusted): string | undefined {
  const files: readonly unknown[] = Array.isArray(item["files"]) ? item["files"] : [];
  const named = files.map(untrusted).filter((file) => /^(csv|xlsx)$/i.test(String(file["type"])));
  const names = [item["file_name"], ...named.map((file) => file["name"])];
  return names.find((name): name is string => typeof name === "string" && name !== "");
}

/** The configuration decides between CSV and XLSX; the ending of the name shows which it was. */
export function mediaTypeOf(fileName: string): string | undefined {
  if (/\.csv$/i.test(fileName)) return "text/csv";
  return /\.xlsx$/i.test(fileName) ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : undefined;
}
