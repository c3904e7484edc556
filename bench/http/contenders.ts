import { Circle } from "@circle-fin/circle-sdk";
import { MercadoPagoConfig, Payment } from "mercadopago";
import { AppConfig } from "mercadopago/dist/utils/config/index.js";
import createClient from "openapi-fetch";
import { createCircleClient, orThrow } from "../../packages/circle/dist/index.js";
import type { paths as CirclePaths } from "../../packages/circle/dist/index.js";
import { createMercadopagoClient } from "../../packages/mercadopago/dist/index.js";
import type { paths as MercadopagoPaths } from "../../packages/mercadopago/dist/index.js";

/** One typed call of a JSON answer by its id, as the package's own documentation does it. */
export interface Contender {
  readonly name: string;
  readonly call: () => Promise<unknown>;
}

const id = "4f0d3f4e-6f0b-4a4f-9d51-0c7f3d0c3a11";

/** The clients of Circle's API: ours, what is beneath ours' shape, Circle's own. */
export function circleContenders(baseUrl: string): readonly Contender[] {
  const ours = createCircleClient({ apiKey: "SAND_API_KEY:a:b", baseUrl });
  const bare = createClient<CirclePaths>({ baseUrl, headers: { authorization: "Bearer SAND_API_KEY:a:b" } });
  const sdk = new Circle("SAND_API_KEY:a:b", baseUrl);
  const params = { path: { id } };
  return [
    { name: "openapi-fetch alone", call: async () => (await bare.GET("/v1/reports/{id}", { params })).data },
    { name: "@report-kit/circle", call: async () => orThrow(await ours.GET("/v1/reports/{id}", { params })).data },
    { name: "@circle-fin/circle-sdk", call: async () => (await sdk.payouts.getPayout(id)).data },
  ];
}

/** The same clients, with a call that sends a body. */
export function circlePostContenders(baseUrl: string): readonly Contender[] {
  const ours = createCircleClient({ apiKey: "SAND_API_KEY:a:b", baseUrl });
  const bare = createClient<CirclePaths>({ baseUrl, headers: { authorization: "Bearer SAND_API_KEY:a:b" } });
  const sdk = new Circle("SAND_API_KEY:a:b", baseUrl);
  const body = { reportType: "camt053", date: "2026-11-19" } as const;
  const payout = {
    idempotencyKey: id,
    source: { type: "wallet", id: "1" },
    destination: { type: "address_book", id },
    amount: { amount: "1.00", currency: "USD" },
  } as const;
  return [
    { name: "openapi-fetch alone", call: async () => (await bare.POST("/v1/reports", { body })).data },
    { name: "@report-kit/circle", call: async () => orThrow(await ours.POST("/v1/reports", { body })).data },
    { name: "@circle-fin/circle-sdk", call: async () => (await sdk.payouts.createPayout(payout)).data },
  ];
}

/** The clients of Mercado Pago's API. */
export function mercadopagoContenders(baseUrl: string): readonly Contender[] {
  const ours = createMercadopagoClient({ accessToken: "TEST-1", baseUrl });
  const bare = createClient<MercadopagoPaths>({ baseUrl, headers: { authorization: "Bearer TEST-1" } });
  // Its address is no option, and to its types no variable.
  Object.assign(AppConfig, { BASE_URL: baseUrl });
  const payments = new Payment(new MercadoPagoConfig({ accessToken: "TEST-1" }));
  const path = "/v1/account/settlement_report/task/{task_id}";
  const params = { path: { task_id: 17 } };
  return [
    { name: "openapi-fetch alone", call: async () => (await bare.GET(path, { params })).data },
    { name: "@report-kit/mercadopago", call: async () => orThrow(await ours.GET(path, { params })).data },
    { name: "mercadopago", call: () => payments.get({ id: 17 }) },
  ];
}

/** The same clients, with a call that sends a body. */
export function mercadopagoPostContenders(baseUrl: string): readonly Contender[] {
  const ours = createMercadopagoClient({ accessToken: "TEST-1", baseUrl });
  const bare = createClient<MercadopagoPaths>({ baseUrl, headers: { authorization: "Bearer TEST-1" } });
  const payments = new Payment(new MercadoPagoConfig({ accessToken: "TEST-1" }));
  const path = "/v1/account/settlement_report";
  const body = { begin_date: "2026-11-18T03:00:00Z", end_date: "2026-11-19T02:59:59Z" };
  const payment = { transaction_amount: 1, payment_method_id: "pix", payer: { email: "a@example.com" } };
  return [
    { name: "openapi-fetch alone", call: async () => (await bare.POST(path, { body })).data },
    { name: "@report-kit/mercadopago", call: async () => orThrow(await ours.POST(path, { body })).data },
    { name: "mercadopago", call: () => payments.create({ body: payment }) },
  ];
}
