/** A link out of a provider's answer: untrusted, fetched without credentials, only from hosts the source allows. */
export interface LinkLocation {
  readonly via: "link";
  readonly url: string;
  /** Epoch milliseconds after which it is no longer worth trying, where the provider says so. */
  readonly expiresAt?: number | undefined;
  readonly fileName?: string | undefined;
  readonly mediaType?: string | undefined;
}

/** A file that the API itself serves, with the client's own credentials. */
export interface ApiLocation {
  readonly via: "api";
  /** One request to the API's own origin; redirects come back as answers, not followed. */
  open(init: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    /** The download's own limit to the first byte, to be used in the place of the client's. */
    readonly timeoutMs?: number | undefined;
    /** A fetch to be used in the place of the client's, beneath its credentials: see docs/concepts/downloads.md. */
    readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
  }): Promise<Response>;
  readonly fileName?: string | undefined;
  readonly mediaType?: string | undefined;
}

/** There is no file to fetch: it expired, failed, or is (again) not ready. */
export interface NoLocation {
  readonly via: "none";
  readonly reason: "expired" | "failed" | "pending";
  readonly message: string;
}

/** Where the file of a report lies. */
export type FileLocation = LinkLocation | ApiLocation | NoLocation;
