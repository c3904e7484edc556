import { createHmac, timingSafeEqual } from "node:crypto";

/** A token's life: documented by example only (2026-11-20), 24 hours. */
export const tokenLifeMs: number = 24 * 3_600_000;

/** Makes a JWT (HS256) that ends 24 hours after `now` (milliseconds since the epoch). */
export function issueToken(secret: string, clientId: string, ordinal: number, now: number): string {
  const issuedAt = Math.floor(now / 1000);
  const claims = { sub: clientId, jti: String(ordinal), iat: issuedAt, exp: issuedAt + tokenLifeMs / 1000 };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${sign(secret, signed)}`;
}

/** Whether a token was issued with this secret and has not ended. */
export function isValidToken(secret: string, token: string, now: number): boolean {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const expected = Buffer.from(sign(secret, `${header}.${claims}`));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  // The signature is ours, so the claims are the ones written above.
  const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as { exp: number };
  return now < exp * 1000;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function sign(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}
