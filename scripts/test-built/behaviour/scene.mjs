// What a check works with. Only what every runtime has: no module of Node's, no test framework.
import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { createReportKit, memoryJournal } from "report-kit";
import { begatewayReports } from "report-kit/begateway";
import { circleReports } from "report-kit/circle";
import { releaseReports, settlementReports } from "report-kit/mercadopago";
import { monatoReports } from "report-kit/monato";

/**
 * Sandboxes are run by the test on Node; a check asks it for one of its own, as `world` of what it has to say later.
 * @param {string} control where the test listens
 * @param {object} options of `startSandbox`
 */
export async function startScene(control, options = {}) {
  const ask = async (call, body) => {
    const response = await fetch(`${control}/${call}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${call}: ${await response.text()}`);
    return response.json();
  };
  const sandbox = await ask("start", { readyAfterMs: 200, ...options });
  const { id } = sandbox;
  return {
    sandbox,
    fail: (target, fault, times = 1) => ask("fail", { id, target, fault, times }),
    requests: () => ask("requests", { id }),
    made: () => ask("made", { id }),
  };
}

/** A kit that asks often, so that a check takes a second. */
export const createKit = (journal = memoryJournal()) => createReportKit({ journal, requestCostS: 0.01 });

export const circleRequest = { reportType: "camt053", date: "2026-11-19" };
const week = { from: "2026-11-01", to: "2026-11-07", timeZone: "America/Argentina/Buenos_Aires" };
const account = { account: "treasury" };

export const circleSource = ({ circle }) => circleReports(createCircleClient(circle), account);

/** Every source of ours with a request for it. */
export const sources = {
  circle: (sandbox) => [circleSource(sandbox), circleRequest],
  begateway: ({ begateway }) => [
    begatewayReports(createBegatewayClient(begateway), { pspId: begateway.pspId }),
    {
      type: "balance_records",
      format: "xlsx",
      user_id: 7,
      request_params: { currency: "EUR", date_from: "2026-11-01T00:00:00Z", date_to: "2026-11-02T00:00:00Z" },
    },
  ],
  monato: ({ monato }) => [
    monatoReports(createMonatoClient(monato)),
    { report_type: "DAILY", operation_date: "2026-11-19" },
  ],
  settlement: ({ mercadopago }) => [settlementReports(createMercadopagoClient(mercadopago), account), week],
  release: ({ mercadopago }) => [releaseReports(createMercadopagoClient(mercadopago), account), week],
};

/** Says what was expected where it is not so. */
export function expect(isSo, what) {
  if (!isSo) throw new Error(`expected ${what}`);
}

/** What a promise rejects with. */
export async function rejection(promise) {
  const settled = await promise.then(
    () => undefined,
    (error) => ({ error }),
  );
  if (settled === undefined) throw new Error("expected an error");
  return settled.error;
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Reads a report's stream to its end, and sums it up with the runtime's own SHA-256. */
export async function readThrough({ stream, file }) {
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ...(await file), read: bytes.byteLength, isSound: sha256 === (await file).sha256 && bytes.byteLength > 0 };
}
