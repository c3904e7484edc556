import type { DownloadContext } from "../download-contract.ts";
import type { FileType } from "../content/file-type.ts";
import { typeNames } from "../content/file-type.ts";
import { safeName } from "./safe-name.ts";

/** What is known of a file besides its bytes. All of it is the provider's: untrusted. */
export interface Told {
  readonly link: URL | undefined;
  /** Names, the most trustworthy first. */
  readonly names: readonly (string | undefined)[];
  readonly mediaTypes: readonly (string | null | undefined)[];
}

/**
 * What to call a file. Without a name from the provider it is made of the report type and the key, never of the link: links
 * to the reports of two days commonly end in the same word.
 */
export function nameFile(
  { file, reportType, name, expects }: DownloadContext,
  type: FileType,
  told: Told,
): { readonly name: string; readonly mediaType: string } {
  const [extension, mediaType] = typeNames[type];
  const own = `${reportType}-${file.key.slice(0, 8)}.${extension}`;
  const names = [name, ...told.names, own].map((each) => safeName(each ?? ""));
  const said = told.mediaTypes
    .map((each) => each?.split(";", 1)[0]?.trim().toLowerCase())
    .find((each) => each !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(each));
  return {
    name: names.find((each) => each !== undefined) ?? own,
    mediaType: mediaType ?? (expects === "csv" ? "text/csv" : (said ?? "application/octet-stream")),
  };
}
