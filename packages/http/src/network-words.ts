const certificates = "check the address, the clock and the trusted certificates";

/** What a code of Node, Deno or Bun means: its words, and what to do. The first six: no connection was made, so nothing can have left. */
const meanings: readonly (readonly [RegExp, string, string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, "the host was not found", "check the address and the network"],
  [/^(ECONNREFUSED|ConnectionRefused)$/, "the connection was refused", "check the address, and that the server runs"],
  [/^UND_ERR_CONNECT_TIMEOUT$/, "no connection was made", "check the network and its firewalls"],
  [/^ERR_SSL_WRONG_VERSION/, "it speaks no TLS there", "check the address: is it http, or another port?"],
  [/^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/, "its certificate is not trusted", certificates],
  [/^bad port$/, "fetch never connects to this port", "check the address"],
  [/^(ETIMEDOUT|E(HOST|NET)UNREACH)$/, "the network did not answer", "check the network and its firewalls"],
  [/CERT|SSL|TLS|EPROTO/, "TLS failed", certificates],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, "the connection broke off", "try again later"],
];

/** The codes of an error and its causes, as far as eight deep: a chain of causes may go round. A blocked port has no code in Node. */
function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  for (let cause = error; cause instanceof Error && codes.length < 8; cause = cause.cause)
    codes.push("code" in cause ? String(cause.code) : cause.message === "bad port" ? cause.message : "");
  return codes;
}

export function hasNeverLeft(error: unknown): boolean {
  return codesOf(error).some((code) => meanings.slice(0, 6).some(([known]) => known.test(code)));
}

/** What went wrong on the network, and what to do. @param error free of secrets. */
export function networkWords(error: Error): readonly [what: string, advice: string] {
  const code = codesOf(error).find((each) => each !== "");
  const [, what = error.message, advice = "try again later"] = meanings.find(([known]) => known.test(code ?? "")) ?? [];
  return [code === undefined ? what : `${what}, ${code}`, advice];
}
