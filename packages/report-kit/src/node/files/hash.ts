/// <reference types="node" />
import { createHash as createNodeHash } from "node:crypto";
import type { Hash } from "../../download/sink.ts";

/** SHA-256 by the platform's own code. */
export function createHash(state: ReturnType<typeof createNodeHash> = createNodeHash("sha256")): Hash {
  return {
    update: (bytes) => state.update(bytes),
    copy: () => createHash(state.copy()),
    digest: () => state.digest("hex"),
  };
}

/** The SHA-256 of a text, in lower-case hex. */
export function hashText(text: string): string {
  return createNodeHash("sha256").update(text).digest("hex");
}
