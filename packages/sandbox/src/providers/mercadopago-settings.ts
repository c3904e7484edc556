/** How the sandbox's Mercado Pago account behaves. */
export interface MercadopagoSettings {
  readonly accessToken: string;
  /** Both families have a report configuration from the start. */
  readonly configured: boolean;
  /** IANA name of the account's zone. */
  readonly timeZone: string;
  /** Reports by hand, per family, before "Max number of reports". */
  readonly maximumReports: number;
}
