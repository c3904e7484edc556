import { systemClock } from "./clock.ts";
import { createFaults } from "./faults.ts";
import type { Fault, FaultTarget } from "./faults.ts";
import type { Address, RunningServer } from "./http-server.ts";
import { createLinks } from "./links.ts";
import type { Provider } from "./provider.ts";
import { startProviderServer } from "./provider-server.ts";
import { circleApi } from "./providers/circle.ts";
import { createReportBook, defaultReadyAfterMs } from "./report-book.ts";
import type { MadeReport } from "./report-book.ts";
import type { SandboxOptions } from "./sandbox-options.ts";
import type { SeenRequest } from "./seen-request.ts";
import { loadSpecification } from "./specification.ts";
import { startStorageServer } from "./storage-server.ts";
import type { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** A running sandbox. */
export interface Sandbox {
  readonly circle: { readonly baseUrl: string; readonly apiKey: string };
  /** Where the signed links point to: never the origin of an API. */
  readonly storage: { readonly origin: string };
  /** Every request seen, in order of arrival, without the secrets it carried. */
  readonly requests: readonly SeenRequest[];
  /** Every report made, in order. */
  readonly reports: readonly MadeReport[];
  /** What the sandbox itself did against a spec. Anything but an empty list is a fault of the sandbox: assert that it is empty. */
  readonly violations: readonly Violation[];
  /** How many reports a provider (or all) has made: the count that shows a duplicate. */
  made(provider?: Provider): number;
  /** Scripts a fault for the next `times` (default 1) matching requests; the returned function takes back what is left of it. */
  fail(target: FaultTarget, fault: Fault, times?: number): () => void;
  /** Stops all servers and cuts open connections. */
  close(): Promise<void>;
}

const hour = 3_600_000;

/**
 * Starts the report APIs on localhost, each on its own port, and the storage server their links point to.
 * @throws when a port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = systemClock, host = "127.0.0.1", port = 0, rows = 40 } = options;
  const seed = `report-kit sandbox ${options.seed ?? 1}`;
  const servers: RunningServer[] = [];
  let storageOrigin = "";
  const world: World = {
    clock,
    seed,
    links: createLinks(clock, () => storageOrigin, seed),
    book: createReportBook(clock, options.readyAfterMs ?? defaultReadyAfterMs),
    faults: createFaults(),
    secrets: [],
    requests: [],
    violations: [],
    linkLifeMs: { circle: hour, begateway: 72 * hour, monato: hour / 4, mercadopago: hour, ...options.linkLifeMs },
    rows: typeof rows === "function" ? rows : () => rows,
  };
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  const address = (): Address => ({ host, port: port === 0 ? 0 : port + servers.length });
  try {
    const apiKey = "SAND_API_KEY:sandbox:circle-secret";
    world.secrets.push({ provider: "circle", name: "apiKey", value: apiKey });
    const circle = await startProviderServer(
      world,
      circleApi(world, apiKey),
      await loadSpecification("circle"),
      address(),
    );
    servers.push(circle);
    const storage = await startStorageServer(world, address());
    servers.push(storage);
    storageOrigin = storage.origin;
    return {
      circle: { baseUrl: circle.origin, apiKey },
      storage: { origin: storage.origin },
      requests: world.requests,
      reports: world.book.reports,
      violations: world.violations,
      made: (provider) =>
        world.book.reports.filter((report) => provider === undefined || report.provider === provider).length,
      fail: (target, fault, times = 1) => world.faults.add(target, fault, times),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
