import type { DownloadErrorCode } from "../download-error.ts";
import { DownloadError } from "../download-error.ts";
import { createLastBytes, endsWhole } from "./file-ending.ts";
import { evidenceBytes, evidenceOf } from "../link/evidence.ts";
import type { ExpectedType, FileType } from "./file-type.ts";
import { isErrorDocument, isExpected, recognise, typeBytes } from "./file-type.ts";
import { createInflater } from "./gzip-check.ts";
import type { Inflater } from "./gzip-check.ts";
import { createLineCount } from "./line-count.ts";

/** What a file is held to be. */
export interface Claim {
  readonly expects: ExpectedType | undefined;
  /** The provider's name for the file: one ending in `.json` may hold JSON, which elsewhere is an error page. */
  readonly name: string | undefined;
  /** Where it came from, to be kept out of evidence. */
  readonly link: URL | undefined;
}

/** Looks at a file as it goes by: is it what it claims to be, from its first byte to its last? */
export interface ContentCheck {
  /** Enough came to recognise it. */
  readonly recognisable: boolean;
  /** @returns a promise when the next bytes should wait. */
  update(bytes: Uint8Array): Promise<void> | undefined;
  /** @throws DownloadError `empty-body`, `error-page`, `wrong-type`. */
  type(claim: Claim): FileType;
  /** After the last byte. @throws DownloadError `truncated`; and as `type`, of what a gzip holds. */
  finish(claim: Claim): Promise<{ readonly empty: boolean }>;
}

export function createContentCheck(): ContentCheck {
  const first = new Uint8Array(evidenceBytes);
  const lines = createLineCount();
  let bytes = 0;
  const last = createLastBytes();
  let inflater: Inflater | undefined;

  const head = (): Uint8Array => first.subarray(0, Math.min(bytes, first.length));

  function wrong(code: DownloadErrorCode, message: string, claim: Claim, shown = head()): DownloadError {
    return new DownloadError(code, message, {
      evidence: shown.length === 0 ? undefined : evidenceOf(shown, claim.link),
    });
  }

  function typeOf(shown: Uint8Array, claim: Claim): FileType {
    if (shown.length === 0) throw wrong("empty-body", "The answer was a success without a single byte.", claim, shown);
    const type = recognise(shown);
    if (type === "json" && claim.expects === undefined && /\.json$/i.test(claim.name ?? "")) return type;
    if (type === "html" || type === "json" || (type === "xml" && isErrorDocument(shown))) {
      throw wrong(
        "error-page",
        `The answer was a success, but holds an error page (${type}) in place of the file.`,
        claim,
        shown,
      );
    }
    if (isExpected(type, claim.expects)) return type;
    throw wrong("wrong-type", `The file should be ${claim.expects}, but its first bytes are ${type}.`, claim, shown);
  }

  return {
    get recognisable() {
      return bytes >= typeBytes;
    },
    update(chunk) {
      if (bytes < first.length) first.set(chunk.subarray(0, first.length - bytes), bytes);
      if (bytes === 0 && chunk[0] === 0x1f) inflater = createInflater();
      bytes += chunk.length;
      last.update(chunk);
      lines.update(chunk);
      return inflater?.update(chunk);
    },
    type: (claim) => typeOf(head(), claim),
    async finish(claim) {
      const type = typeOf(head(), claim);
      if (!endsWhole(type, head(), last.bytes(), bytes)) {
        throw wrong("truncated", `The ${type} file has no end: what made it stopped in the middle.`, claim);
      }
      if (type === "gzip" && inflater !== undefined) {
        const inner = await inflater.finish().catch((cause: unknown) => {
          throw new DownloadError("truncated", "The gzip file is cut or damaged.", {
            cause,
            evidence: evidenceOf(head(), claim.link),
          });
        });
        const held = typeOf(inner, claim);
        if (held !== "text") return { empty: false };
        return { empty: !inflater.lines.more };
      }
      return { empty: type === "text" && !lines.more };
    },
  };
}
