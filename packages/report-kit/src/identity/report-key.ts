import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";
import type { JsonObject } from "../json.ts";
import { refuse, wholeNumber } from "../refuse.ts";

/** Part of what is hashed. Changing how keys are made changes it, and is a major version. */
const keyVersion = 1;

/** What makes a report the report it is. */
export interface KeyMaterial {
  /** `"circle"`. */
  readonly provider: string;
  /** The API's origin: production and sandbox reports are different reports. No path: `https://api.circle.com`. */
  readonly origin: string;
  readonly account: string;
  readonly reportType: string;
  /** The normalised request, or the part of it that says which report it is. Null and absent members are one. */
  readonly request: JsonObject;
  /** 0, and one more each time the caller wants the same report made again. */
  readonly epoch: number;
}

/**
 * The identity of a report: a UUID (version 8) out of the SHA-256 of the material's canonical JSON (RFC 8785). The same
 * in every process, on every machine and in every later 1.x version; two materials that differ in anything but the
 * order of members, a null for an absent member, or the spelling of the origin have different keys.
 *
 * Strings are compared as they are, by code unit: `é` composed and decomposed are two accounts.
 *
 * @returns `"xxxxxxxx-xxxx-8xxx-xxxx-xxxxxxxxxxxx"`, lower case.
 * @throws ReportRequestError naming the field: `not-json` for a `Map`, `Set`, `Date`, BigInt, NaN, function, symbol,
 * class instance, lone surrogate, hole or cycle in the request, `invalid-request` for an empty or mistyped part.
 */
export function reportKey(material: KeyMaterial): string {
  const text = canonicalJson({
    v: keyVersion,
    provider: filledIn("provider", material.provider),
    origin: originOf(material.origin),
    account: filledIn("account", material.account),
    reportType: filledIn("reportType", material.reportType),
    request: objectIn("request", material.request),
    epoch: wholeNumber("epoch", material.epoch),
  });
  return uuidOf(sha256(new TextEncoder().encode(text)));
}

/** The first 122 free bits of a hash as a UUID of version 8 (RFC 9562, "custom"). */
function uuidOf(hash: Uint8Array): string {
  const bytes = hash.slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function filledIn(field: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  return refuse(field, "a string that is not empty", value);
}

function objectIn(field: string, value: unknown): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  return refuse(field, "an object", value);
}

/** `https://API.circle.com:443/` and `https://api.circle.com` are one origin. */
function originOf(value: unknown): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && url.origin !== "null" && url.href === `${url.origin}/`) return url.origin;
  return refuse("origin", "an origin such as https://api.circle.com, without a path", value);
}
