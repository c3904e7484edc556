import type { Clock } from "./clock.ts";
import type { Provider } from "./provider.ts";
import type { NewReport, ReadyAfter } from "./report-book.ts";

/** How a sandbox behaves. Everything has a default. */
export interface SandboxOptions {
  /** Readiness, links and tokens follow this clock. Default: the machine's. */
  readonly clock?: Clock;
  /** The same seed gives the same ids and the same files. Default 1. */
  readonly seed?: number | string;
  /** How long a report takes to become ready, in milliseconds. Default 1500. */
  readonly readyAfterMs?: ReadyAfter;
  /** Rows (movements, transactions) in a report's file; may be decided per report. Files are streamed, so millions are fine. Default 40. */
  readonly rows?: number | ((report: NewReport) => number);
  /** How long links work, in milliseconds. Defaults: Circle 1 h, beGateway 72 h (documented), Monato 15 min. */
  readonly linkLifeMs?: Readonly<Partial<Record<Provider, number>>>;
  /** Interface to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Port of Circle's server; beGateway, Monato, Mercado Pago and the storage take the next four. Default: five free ports. */
  readonly port?: number;
  /** beGateway takes over the `id` a client sends (true, the default), or gives one of its own. */
  readonly begatewayEchoesId?: boolean;
  /** The Mercado Pago account has a report configuration from the start. Default true. */
  readonly mercadopagoConfigured?: boolean;
  /** IANA zone of the Mercado Pago account, whose whole days every window is widened to. Default America/Argentina/Buenos_Aires. */
  readonly mercadopagoTimeZone?: string;
  /** Reports a Mercado Pago account may ask for by hand, per family, before "Max number of reports". Default: no limit. */
  readonly mercadopagoMaximumReports?: number;
  /** Monato sends its webhook wrapped in `{ client_id, payload, webhook_type }`, as some integrators report. Default false. */
  readonly monatoWebhookWrapped?: boolean;
  /** How often Monato sends each notification. Default 1. */
  readonly monatoWebhookRepeats?: number;
}
