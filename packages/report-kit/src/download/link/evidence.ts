import { redactText } from "@report-kit/http";
import { decode } from "../content/file-type.ts";

/** How much of a file an error shows. */
export const evidenceBytes = 2048;

/** Storage repeats what was signed in its error documents. */
const signedElement =
  /<(\w*(?:Signature|StringToSign|CanonicalRequest|AccessKeyId|Token|Secret|Credential)\w*)>[^<]*/gi;

/** The first 2 KiB of what came, as text and without secrets. `link` is where it came from. */
export function evidenceOf(head: Uint8Array, link: URL | undefined): string {
  const text = decode(head.subarray(0, evidenceBytes), head)
    .replace(signedElement, "<$1>[redacted]")
    // oxlint-disable-next-line no-control-regex -- they are what is made visible
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd]/g, "·");
  return redactText(
    text,
    link === undefined ? [] : [...link.searchParams.values()].filter((value) => value.length > 7),
  );
}

/** The first 2 KiB of an answer that is no file; what can't be read is left out. */
export async function answerEvidence(response: Response, link: URL | undefined): Promise<string | undefined> {
  if (response.body === null || response.bodyUsed) return undefined;
  const head = new Uint8Array(evidenceBytes);
  let length = 0;
  const reader = response.body.getReader();
  try {
    while (length < evidenceBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      head.set(value.subarray(0, evidenceBytes - length), length);
      length = Math.min(evidenceBytes, length + value.length);
    }
  } catch {
    // What came before is evidence enough.
  }
  reader.cancel().catch(() => {});
  return length === 0 ? undefined : evidenceOf(head.subarray(0, length), link);
}
