import { redactError, redactText } from "@report-kit/http";
import { JournalError } from "../errors.ts";

interface Meaning {
  readonly what: string;
  readonly todo: string;
  /** Time alone can help. Default: it can. */
  readonly permanent?: true;
}

const unreachable = "Start it, or correct the host and port of the connection that your query function uses.";

/** What a failed statement means, by the begin of its SQLSTATE or by the code of the network's error. */
const meanings: readonly (readonly [code: string, meaning: Meaning])[] = [
  ["28", { what: "refuses the login", todo: "Correct the user or the password.", permanent: true }],
  ["3D000", { what: "has no such database", todo: "Correct the name of the database, or create it.", permanent: true }],
  [
    "42501",
    { what: "refuses this user the table", todo: "Grant it SELECT, INSERT, UPDATE and DELETE.", permanent: true },
  ],
  ["25006", { what: "is read-only", todo: "Connect to the primary, not to a standby." }],
  ["53100", { what: "has a full disk", todo: "Make room there." }],
  ["53300", { what: "has no connection left", todo: "Use a smaller pool, or raise max_connections." }],
  ["57P", { what: "is starting, stopping, or ended the connection", todo: "Run it again once the server is up." }],
  ["08", { what: "lost the connection", todo: "Run it again once the server can be reached." }],
  ["ECONNREFUSED", { what: "can't be reached", todo: unreachable }],
  ["ENOTFOUND", { what: "can't be found", todo: unreachable }],
  ["EAI_AGAIN", { what: "can't be found", todo: unreachable }],
  ["ETIMEDOUT", { what: "can't be reached", todo: unreachable }],
  ["EHOSTUNREACH", { what: "can't be reached", todo: unreachable }],
  ["ENETUNREACH", { what: "can't be reached", todo: unreachable }],
];

/** A driver's error as one of ours: the server and user as far as the driver names them, never a password. */
export function journalUnavailable(error: unknown): JournalError {
  const code = sqlState(error);
  const [, meaning] = meanings.find(([begin]) => code?.startsWith(begin)) ?? [];
  const { what = "did not carry out a statement", todo = "See the cause.", permanent } = meaning ?? {};
  const reason = withoutPassword(reasonIn(error));
  // Without a connection, or against a refusal, nothing was written.
  const isOpen = permanent !== true && !/^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(code ?? "");
  const open = isOpen ? " Whether a write was carried out is only known by reading again." : "";
  return new JournalError({
    code: "unavailable",
    message: `The journal's database ${what} (${[code, reason].filter(Boolean).join(": ")}). ${todo}${open}`,
    retryable: permanent !== true,
    cause: cleanCause(error),
  });
}

/** The code of a driver's error: PostgreSQL's SQLSTATE, or the network's. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Where several addresses were tried, the error that holds them has no words of its own. */
function reasonIn(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return [...new Set(error.errors.map(reasonIn))].slice(0, 4).join("; ");
  }
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

function cleanCause(error: unknown): Error {
  const clean = redactError(error);
  clean.message = withoutPassword(clean.message);
  clean.stack = withoutPassword(clean.stack ?? "");
  return clean;
}

/** As in a URL, or in the form `password=…`. */
function withoutPassword(text: string): string {
  return redactText(text).replaceAll(/\bpassword\s?=\s?(?:'[^']{0,200}'|[^\s&']{1,200})/gi, "password=[redacted]");
}
