import { describeValue, refuse } from "../refuse.ts";

/** The members of a provider's client that say whose it is. */
interface AnyClient {
  readonly provider: string;
}

/**
 * The client that a source was given, if it is one of the source's own provider: a client of another one would be answered
 * with 404 to everything.
 * @param maker what makes the right client: `'createCircleClient of "@report-kit/circle"'`
 * @throws ReportRequestError
 */
export function ownClient<Client extends AnyClient>(provider: string, client: Client, maker: string): Client {
  const given: unknown = client;
  const isClient = typeof given === "object" && given !== null && "provider" in given && "GET" in given;
  if (isClient && given.provider === provider) return client;
  const received = isClient ? `a client of ${describeValue(given.provider)}` : describeValue(given);
  return refuse("client", `a client of ${provider}, made by ${maker}`, client, received);
}
