import { createHmac } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { FileContents } from "./contents/file-contents.ts";

/** A pre-signed link and the instant (milliseconds since the epoch) at which it stops working. */
export interface SignedLink {
  readonly url: string;
  readonly expiresAt: number;
}

/** What a link opens: the file, or the reason it does not, in the words of S3. */
export type OpenedLink =
  | { readonly file: FileContents }
  | { readonly refusal: "NoSuchKey" | "SignatureDoesNotMatch" }
  | { readonly refusal: "Expired"; readonly expiresAt: number };

/** Signs links to files and checks them. The same file signed twice gives two different links. */
export interface Links {
  /** @param signedAt - the instant its life begins, milliseconds since the epoch; now unless given */
  sign(folder: string, file: FileContents, lifeMs: number, signedAt?: number): SignedLink;
  open(url: URL): OpenedLink;
}

const signature = "X-Amz-Signature";

/**
 * @param origin - the storage server's origin, known only once it listens
 * @param seed - the signing key is derived from it: links are test data, not secrets worth a draw
 */
export function createLinks(clock: Clock, origin: () => string, seed: string): Links {
  const files = new Map<string, FileContents>();
  let issued = 0;
  const sign = (url: URL): string =>
    createHmac("sha256", seed)
      .update(`${url.pathname}?${[...url.searchParams].filter(([name]) => name !== signature).join("&")}`)
      .digest("hex");
  return {
    sign(folder, file, lifeMs, from = clock.now()) {
      const url = new URL(`/${folder}/${encodeURIComponent(file.name)}`, origin());
      files.set(url.pathname, file);
      const signedAt = Math.floor(from / 1000) * 1000;
      const seconds = Math.ceil(lifeMs / 1000);
      issued += 1;
      url.searchParams.set("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
      url.searchParams.set(
        "X-Amz-Credential",
        `ASIASANDBOX/${basicInstant(signedAt).slice(0, 8)}/us-east-1/s3/aws4_request`,
      );
      url.searchParams.set("X-Amz-Date", basicInstant(signedAt));
      url.searchParams.set("X-Amz-Expires", String(seconds));
      url.searchParams.set("X-Amz-Security-Token", createHmac("sha256", seed).update(`token ${issued}`).digest("hex"));
      url.searchParams.set("X-Amz-SignedHeaders", "host");
      url.searchParams.set(signature, sign(url));
      return { url: url.href, expiresAt: signedAt + seconds * 1000 };
    },
    open(url) {
      const file = files.get(url.pathname);
      if (url.searchParams.get(signature) !== sign(url)) return { refusal: "SignatureDoesNotMatch" };
      const signedAt = parseBasicInstant(url.searchParams.get("X-Amz-Date") ?? "");
      const expiresAt = signedAt + Number(url.searchParams.get("X-Amz-Expires")) * 1000;
      if (!(clock.now() < expiresAt)) return { refusal: "Expired", expiresAt };
      return file === undefined ? { refusal: "NoSuchKey" } : { file };
    },
  };
}

function basicInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

function parseBasicInstant(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
}
