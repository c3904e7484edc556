import { createBegatewayClient } from "@report-kit/begateway";
import { createCircleClient } from "@report-kit/circle";
import { createMercadopagoClient } from "@report-kit/mercadopago";
import { createMonatoClient } from "@report-kit/monato";
import { describe, expect, it } from "vitest";
import { begatewayReports } from "../../src/sources/begateway.ts";
import { circleReports } from "../../src/sources/circle.ts";
import { releaseReports, settlementReports } from "../../src/sources/mercadopago/mercadopago.ts";
import { monatoReports } from "../../src/sources/monato.ts";

const baseUrl = "https://api.example";
const clientId = "c2d1d1e3-3340-4170-980e-e9269bbbc551";
const circle = createCircleClient({ apiKey: "k", baseUrl });
const begateway = createBegatewayClient({ pspId: "7", secretKey: "k", baseUrl });
const monato = createMonatoClient({ clientId, token: "t", baseUrl });
const mercadopago = createMercadopagoClient({ accessToken: "a" });

const account = { account: "a" };
const sources = {
  circle: (client: unknown, options: unknown = account) =>
    circleReports(client as typeof circle, options as typeof account),
  begateway: (client: unknown, options: unknown = { pspId: "7" }) =>
    begatewayReports(client as typeof begateway, options as { pspId: string }),
  monato: (client: unknown, options: unknown = {}) => monatoReports(client as typeof monato, options as object),
  mercadopago: (client: unknown, options: unknown = account) =>
    settlementReports(client as typeof mercadopago, options as typeof account),
};
const clients = { circle, begateway, monato, mercadopago };

describe.each(["circle", "begateway", "monato", "mercadopago"] as const)("the source of %s", (provider) => {
  it("takes a client of its own provider alone", () => {
    for (const [name, client] of Object.entries(clients)) {
      const make = (): unknown => sources[provider](client);
      if (name === provider) expect(make).not.toThrow();
      else {
        expect(make).toThrow(
          expect.objectContaining({
            name: "ReportRequestError",
            field: "client",
            message: expect.stringMatching(
              new RegExp(`a client of ${provider}, made by create.*, got a client of "${name}"`),
            ),
          }),
        );
      }
    }
  });

  it("refuses what is no client, by name", () => {
    for (const client of [undefined, null, "key", 7, {}, { provider }, () => circle, Promise.resolve(circle)]) {
      expect(() => sources[provider](client)).toThrow(
        expect.objectContaining({ name: "ReportRequestError", field: "client" }),
      );
    }
  });

  it("refuses an option that it does not have, and hosts that are none", () => {
    const own = provider === "begateway" ? { pspId: "7" } : provider === "monato" ? {} : account;
    const wrong = { ...own, acount: "b" };
    expect(() => sources[provider](clients[provider], wrong)).toThrow(
      expect.objectContaining({ field: "options.acount" }),
    );
    if (provider === "mercadopago") return; // follows no links
    expect(() => sources[provider](clients[provider], { ...own, linkHosts: ["https://x.example"] })).toThrow(
      expect.objectContaining({ field: "linkHosts[0]" }),
    );
  });
});

it("a client of another provider does not compile", () => {
  for (const make of [
    // @ts-expect-error a client of Monato
    () => circleReports(monato, account),
    // @ts-expect-error a client of Circle
    () => begatewayReports(circle, { pspId: "7" }),
    // @ts-expect-error a client of Mercado Pago
    () => monatoReports(mercadopago),
    // @ts-expect-error a client of beGateway
    () => settlementReports(begateway, account),
    // @ts-expect-error a client of beGateway
    () => releaseReports(begateway, account),
  ]) {
    expect(make).toThrow("client: expected a client of");
  }
});
