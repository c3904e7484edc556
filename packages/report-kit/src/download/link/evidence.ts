import { redactText } from "@report-kit/http";
import { decode } from "../content/text.ts";

/** How much of a file an error shows. */
const evidenceBytes = 2048;
/** How much of it is looked at: a secret that begins in what is shown is there to its end. */
export const evidenceWindow = 4096;

/** Storage repeats what was signed in its error documents. */
const signedElement =
  /<(\w{0,64}(?:Signature|StringToSign|CanonicalRequest|AccessKeyId|Token|Secret|Credential)\w{0,64})>[^<]*/gi;

/** The first 2 KiB of what came, as text and without secrets. `link` is where it came from. */
export function evidenceOf(head: Uint8Array, link: URL | undefined): string {
  const text = decode(head.subarray(0, evidenceWindow), head)
    .replace(signedElement, "<$1>[redacted]")
    // oxlint-disable-next-line no-control-regex -- they are what is made visible
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd]/g, "·");
  const secrets = link === undefined ? [] : [...link.searchParams.values()].filter((value) => value.length > 7);
  const clean = redactText(text, secrets);
  // What was cut off in the middle may be half a secret, which no rule knows.
  return (head.length < evidenceWindow ? clean : withoutLastWord(clean)).slice(0, evidenceBytes);
}

function withoutLastWord(text: string): string {
  let end = text.length;
  while (end > 0 && !" \t\n\r\"'<>".includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The first 2 KiB of an answer that is no file; what can't be read is left out. */
export async function answerEvidence(response: Response, link: URL | undefined): Promise<string | undefined> {
  if (response.body === null || response.bodyUsed) return undefined;
  const head = new Uint8Array(evidenceWindow);
  let length = 0;
  const reader = response.body.getReader();
  try {
    while (length < evidenceWindow) {
      const { done, value } = await reader.read();
      if (done) break;
      head.set(value.subarray(0, evidenceWindow - length), length);
      length = Math.min(evidenceWindow, length + value.length);
    }
  } catch {
    // What came before is evidence enough.
  }
  reader.cancel().catch(() => {});
  return length === 0 ? undefined : evidenceOf(head.subarray(0, length), link);
}
