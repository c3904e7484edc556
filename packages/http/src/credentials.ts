import { refuse } from "./errors.ts";
import { base64 } from "./secret-spellings.ts";

/** A secret, or a function that gets it: called for each request, so it can rotate. */
export type Secret = string | (() => string | Promise<string>);

/** The header that proves who calls, and the secrets in it, so that no error ever shows one. */
export interface Authorization {
  /** Name and value. */
  readonly header: readonly [string, string];
  readonly secrets: readonly string[];
}

/** How the requests of a client prove who calls. Used for requests to the API's own origin alone. */
export interface Credentials {
  /** Called for each attempt of each request. */
  authorize(operationId: string | undefined): Authorization | Promise<Authorization>;
  /**
   * Told that the provider answered 401 to what `authorize` gave.
   * @returns whether the request is worth repeating (it is, once), because the next `authorize` gives something else.
   */
  renew?(refused: Authorization): boolean;
}

/** `Authorization: Bearer <secret>`; `name` is the option's name, for the error about an unusable one. */
export function bearer(secret: Secret, name: string): Credentials {
  return credentials(secret, name, (value) => ({ header: ["authorization", `Bearer ${value}`], secrets: [value] }));
}

/** A header of its own, such as `x-api-key`. */
export function apiKeyHeader(header: string, secret: Secret, name: string): Credentials {
  return credentials(secret, name, (value) => ({ header: [header, value], secrets: [value] }));
}

/** HTTP Basic (RFC 7617), in UTF-8. */
export function basic(
  user: string,
  password: Secret,
  names: { readonly user: string; readonly password: string },
): Credentials {
  if (checkSecret(user, names.user, /[\p{Cc}]/u).includes(":"))
    refuse(names.user, "a text without a colon", "one with a colon");
  return credentials(
    password,
    names.password,
    (value) => {
      const pair = base64(`${user}:${value}`);
      return { header: ["authorization", `Basic ${pair}`], secrets: [value, pair] };
    },
    /[\p{Cc}]/u,
  );
}

function credentials(
  secret: Secret,
  name: string,
  toAuthorization: (value: string) => Authorization,
  unusable: RegExp = /[^\x21-\x7e]/,
): Credentials {
  if (typeof secret !== "function") {
    const fixed = toAuthorization(checkSecret(secret, name, unusable));
    return { authorize: () => fixed };
  }
  return { authorize: async () => toAuthorization(checkSecret(await secret(), name, unusable)) };
}

/** Says what is wrong with a secret without saying what it is. A header that can't hold it would quote it in its error. */
function checkSecret(value: unknown, name: string, unusable: RegExp): string {
  if (typeof value === "string" && value !== "" && !unusable.test(value)) return value;
  const received = typeof value === "string" ? (value === "" ? "an empty one" : "another") : typeof value;
  return refuse(name, "a text of printable characters", received);
}
