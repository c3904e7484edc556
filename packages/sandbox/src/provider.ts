/** The four providers the sandbox stands in for. */
export const providers = ["circle", "begateway", "monato", "mercadopago"] as const;

/** One of the four providers. */
export type Provider = (typeof providers)[number];

/** Where a request arrived: at a provider's API, or at the storage server its links point to. */
export type Origin = Provider | "storage";
