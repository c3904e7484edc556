import { systemClock } from "./clock.ts";
import { createCredentials, secretsOf } from "./credentials.ts";
import { createFaults } from "./faults.ts";
import type { Fault, FaultTarget } from "./faults.ts";
import type { Address, RunningServer } from "./http-server.ts";
import { createLinks } from "./links.ts";
import { providers } from "./provider.ts";
import type { Provider } from "./provider.ts";
import type { ProviderApi } from "./provider-api.ts";
import { startProviderServer } from "./provider-server.ts";
import { begatewayApi } from "./providers/begateway.ts";
import { circleApi } from "./providers/circle.ts";
import { mercadopagoApi } from "./providers/mercadopago.ts";
import type { MonatoAccounts } from "./providers/monato-accounts.ts";
import type { DeliveryOptions, WebhookDelivery } from "./providers/monato-webhooks.ts";
import { monatoApi } from "./providers/monato.ts";
import type { MonatoFileRequest } from "./providers/monato.ts";
import { createReportBook, defaultReadyAfterMs } from "./report-book.ts";
import type { MadeReport } from "./report-book.ts";
import type { SandboxOptions } from "./sandbox-options.ts";
import type { SeenRequest } from "./seen-request.ts";
import { loadSpecification } from "./specification.ts";
import type { Specification } from "./specification.ts";
import { startStorageServer } from "./storage-server.ts";
import type { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** A running sandbox: addresses and credentials as a client wants them, and what a test wants to know. */
export interface Sandbox {
  readonly circle: { readonly baseUrl: string; readonly apiKey: string };
  readonly begateway: { readonly baseUrl: string; readonly pspId: string; readonly secretKey: string };
  readonly monato: {
    readonly baseUrl: string;
    readonly clientId: string;
    readonly apiKey: string;
  };
  /** Monato's accounts of the client: their CLABEs, with valid check digits, and Monato's own numbers for them. */
  readonly monatoAccounts: MonatoAccounts;
  readonly mercadopago: { readonly baseUrl: string; readonly accessToken: string };
  /** Where the signed links point to: never the origin of an API. */
  readonly storage: { readonly origin: string };
  /** Every request seen, in order of arrival, without the secrets it carried. */
  readonly requests: readonly SeenRequest[];
  /** Every report made, in order; of Monato, which makes its files by itself, every file begun. */
  readonly reports: readonly MadeReport[];
  /** What the sandbox itself did against a spec. Anything but an empty list is a fault of the sandbox: assert that it is empty. */
  readonly violations: readonly Violation[];
  /** How many reports a provider has made because it was asked to: the count that shows a duplicate. Always 0 for Monato. Default: of all providers. */
  made(provider?: Provider): number;
  /** Monato begins to prepare a file that nobody has looked up yet, as it does every day. */
  prepareMonatoFile(request: MonatoFileRequest): void;
  /** Scripts a fault for the next `times` (default 1) matching requests; the returned function takes back what is left of it. */
  fail(target: FaultTarget, fault: Fault, times?: number): () => void;
  /**
   * Monato tells the registered webhooks of each file that is there and that they were not told of; resolves when all were sent.
   * On the machine's clock this happens by itself; on a virtual clock call it after the move.
   */
  deliverWebhooks(options?: Partial<DeliveryOptions>): Promise<readonly WebhookDelivery[]>;
  /** Stops all servers and cuts open connections. */
  close(): Promise<void>;
}

const hour = 3_600_000;

/**
 * Starts the four report APIs on localhost, each on its own port, and the storage server their links point to.
 * @throws when a port is taken, or the time zone is unknown
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = systemClock, host = "127.0.0.1", port = 0, rows = 40 } = options;
  const seed = `report-kit sandbox ${options.seed ?? 1}`;
  const credentials = createCredentials(seed);
  const delivery = { wrapped: options.monatoWebhookWrapped ?? false, repeats: options.monatoWebhookRepeats ?? 1 };
  const servers: RunningServer[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let storageOrigin = "";
  const world: World = {
    clock,
    seed,
    links: createLinks(clock, () => storageOrigin, seed),
    book: createReportBook(clock, options.readyAfterMs ?? defaultReadyAfterMs),
    faults: createFaults(),
    secrets: secretsOf(credentials),
    requests: [],
    violations: [],
    linkLifeMs: { circle: hour, begateway: 72 * hour, monato: hour / 4, mercadopago: hour, ...options.linkLifeMs },
    rows: typeof rows === "function" ? rows : () => rows,
  };
  const specifications = await loadSpecifications();
  const monato = monatoApi(
    world,
    credentials.monato,
    (body) => specifications.monato.judgeWebhook("report", body),
    (report) => {
      // A virtual clock has no timers: its owner calls deliverWebhooks.
      if (clock !== systemClock) return;
      const timer = setTimeout(() => void monato.deliver(delivery), report.readyAt - clock.now() + 1);
      timer.unref();
      timers.add(timer);
    },
  );
  const apis: Readonly<Record<Provider, ProviderApi>> = {
    circle: circleApi(world, credentials.circle.apiKey),
    begateway: begatewayApi(world, { ...credentials.begateway, echoesId: options.begatewayEchoesId ?? true }),
    monato,
    mercadopago: mercadopagoApi(world, {
      ...credentials.mercadopago,
      configured: options.mercadopagoConfigured ?? true,
      timeZone: options.mercadopagoTimeZone ?? "America/Argentina/Buenos_Aires",
      maximumReports: options.mercadopagoMaximumReports ?? Number.POSITIVE_INFINITY,
    }),
  };
  const close = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    await Promise.all(servers.map((server) => server.close()));
  };
  const nextAddress = (): Address => ({ host, port: port === 0 ? 0 : port + servers.length });
  const baseUrls: Partial<Record<Provider, string>> = {};
  try {
    for (const provider of providers) {
      const server = await startProviderServer(world, apis[provider], specifications[provider], nextAddress());
      servers.push(server);
      baseUrls[provider] = server.origin;
    }
    const storage = await startStorageServer(world, nextAddress());
    servers.push(storage);
    storageOrigin = storage.origin;
  } catch (error) {
    await close();
    throw error;
  }
  // The loop above has set each of them, or thrown.
  const { circle, begateway, monato: monatoUrl, mercadopago } = baseUrls as Record<Provider, string>;
  const { clientId, apiKey, accounts } = credentials.monato;
  return {
    circle: { baseUrl: circle, ...credentials.circle },
    begateway: { baseUrl: begateway, ...credentials.begateway },
    monato: { baseUrl: monatoUrl, clientId, apiKey },
    monatoAccounts: accounts,
    prepareMonatoFile: (request) => monato.prepare(request),
    mercadopago: { baseUrl: mercadopago, ...credentials.mercadopago },
    storage: { origin: storageOrigin },
    requests: world.requests,
    reports: world.book.reports,
    violations: world.violations,
    made: (provider) =>
      world.book.reports.filter(
        (report) => report.provider !== "monato" && (provider === undefined || report.provider === provider),
      ).length,
    fail: (target, fault, times = 1) => world.faults.add(target, fault, times),
    deliverWebhooks: (how) => monato.deliver({ ...delivery, ...how }),
    close,
  };
}

async function loadSpecifications(): Promise<Record<Provider, Specification>> {
  const [circle, begateway, monato, mercadopago] = await Promise.all([
    loadSpecification("circle"),
    loadSpecification("begateway"),
    loadSpecification("monato"),
    loadSpecification("mercadopago"),
  ]);
  return { circle, begateway, monato, mercadopago };
}
