import { sha256 } from "@noble/hashes/sha2.js";
import type { Hash } from "./sink.ts";

/** SHA-256 on any platform. Node's own is five times as fast: `report-kit/node` brings it along. */
export function createHash(state: ReturnType<typeof sha256.create> = sha256.create()): Hash {
  return {
    update: (bytes) => state.update(bytes),
    copy: () => createHash(state.clone()),
    digest: () => Array.from(state.digest(), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
}
