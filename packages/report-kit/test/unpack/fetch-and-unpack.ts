import type { Overwrite } from "../../src/download/index.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import { unpacked } from "../../src/unpack/index.ts";
import type { UnpackedReportFile, UnpackLimits } from "../../src/unpack/index.ts";
import { downloadTo, linkTo, reportAt, temporaryDirectory } from "../download/ready-report.ts";
import { startStorage } from "../download/storage.ts";

/** Download a body under a name into a directory, and unpack it. */
export async function fetchAndUnpack(
  body: Uint8Array,
  fileName: string,
  { limits, directory, overwrite }: { limits?: UnpackLimits; directory?: string; overwrite?: Overwrite } = {},
): Promise<{ file: UnpackedReportFile; directory: string }> {
  const into = directory ?? (await temporaryDirectory());
  const storage = await startStorage({ body, etag: '"e"' });
  const target = unpacked(toDirectory(into), limits);
  const file = await downloadTo(reportAt([linkTo(storage)], { fileName }), target, { overwrite });
  return { file, directory: into };
}
