import { randomUUID } from "node:crypto";
import type { Check } from "./commands/doctor.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { checkConfiguration } from "./mercadopago-configuration.ts";
import type { Fix } from "./mercadopago-configuration.ts";
import { clientOptions } from "./sources.ts";
import type { Account } from "./sources.ts";

/** A clock that is off by more than this can ask for a day that has not ended. */
const allowedSkewMs = 60_000;

interface Answer {
  readonly response: Response;
}

/**
 * Ask the account's API for something that is read alone: is it there, does it accept the credentials, what time is it there?
 * @throws what the client throws, and a CliError for what is missing
 */
export async function probe(account: Account, io: Io, fix: Fix): Promise<readonly Check[]> {
  const options = clientOptions(account, io) as never; // the options that the provider's row names; the client checks them
  const settings = { signal: io.signal, retry: false } as const;
  switch (account.provider) {
    case "circle": {
      // A report that never was: any other read needs to know of one.
      const { createCircleClient } = await import("@report-kit/circle");
      const path = { id: randomUUID() };
      return judge(
        await createCircleClient(options).GET("/v1/reports/{id}", { params: { path }, ...settings }),
        [200, 404],
        io,
      );
    }
    case "begateway": {
      const { createBegatewayClient } = await import("@report-kit/begateway");
      const path = { report_id: randomUUID() };
      return judge(
        await createBegatewayClient(options).GET("/api/v2/reports/{report_id}", { params: { path }, ...settings }),
        [200, 404],
        io,
      );
    }
    case "monato": {
      const { createMonatoClient } = await import("@report-kit/monato");
      const client = createMonatoClient(options);
      const path = { client_id: client.clientId };
      return judge(await client.GET("/v1/clients/{client_id}/webhooks", { params: { path }, ...settings }), [200], io);
    }
    case "mercadopago": {
      const { createMercadopagoClient } = await import("@report-kit/mercadopago");
      const client = createMercadopagoClient(options);
      const how = { fix, signal: io.signal };
      const settlement = await checkConfiguration("settlement", client, how);
      const release = await checkConfiguration("release", client, how);
      // 400: how a configuration that is missing was seen to be answered.
      const checks = judge(settlement, [200, 400, 404], io);
      // Where the credentials are refused, nothing else can be seen.
      return checks.some(({ exit }) => exit === exitCodes.credentials)
        ? checks
        : [...checks, settlement.check, release.check];
    }
  }
}

function judge({ response }: Answer, accepted: readonly number[], io: Io): readonly Check[] {
  const { status } = response;
  const host = URL.canParse(response.url) ? new URL(response.url).host : "the API";
  if (status === 401 || status === 403)
    return [
      {
        name: "credentials",
        ok: false,
        message: `${host} answers HTTP ${status}: it does not accept them`,
        todo: "Correct them in the environment.",
        exit: exitCodes.credentials,
      },
    ];
  if (!accepted.includes(status)) {
    const down = status >= 500 || status === 429;
    const todo = down ? "Try again later." : "Is the address right?";
    const exit = down ? exitCodes.temporary : exitCodes.needsPerson;
    return [{ name: "address", ok: false, message: `${host} answers HTTP ${status}`, todo, exit }];
  }
  return [{ name: "credentials", ok: true, message: `${host} accepts them` }, ...clockCheck(response, io)];
}

function clockCheck({ headers }: Response, io: Io): readonly Check[] {
  const at = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(at)) return [];
  const skewMs = io.now() - at;
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (Math.abs(skewMs) <= allowedSkewMs)
    return [{ name: "clock", ok: true, message: `within ${Math.max(1, seconds)} s of the API's` }];
  const direction = skewMs > 0 ? "ahead of" : "behind";
  return [
    {
      name: "clock",
      ok: false,
      message: `this machine is ${seconds} s ${direction} the API`,
      todo: "Have it follow a time server: a day ends by this clock.",
    },
  ];
}
