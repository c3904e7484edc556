import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { createMonatoClient } from "@report-kit/monato";
import { createVirtualClock, startSandbox } from "@report-kit/sandbox";
import { describe, expect, it } from "vitest";
import { asStream } from "../../src/download/index.ts";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import type { ReportJob } from "../../src/index.ts";
import { monatoReports } from "../../src/sources/monato.ts";
import { monatoWebhook, registerMonatoWebhook } from "../../src/webhook/index.ts";
import type { WebhookEvent } from "../../src/webhook/index.ts";

const start = "2026-11-21T12:00:00Z";
const token = "secretToken0123";

describe("Monato's webhook, from end to end", () => {
  it("wakes who waits and hands over what nobody waits for; each is downloaded once", async () => {
    const clock = createVirtualClock(start);
    const sandbox = await startSandbox({ clock, readyAfterMs: 90_000 });
    const { monatoAccounts: accounts } = sandbox;
    const [{ clabeNumber, accountId }] = accounts;
    const events: WebhookEvent[] = [];
    const errors: unknown[] = [];
    const handedOver: ReportJob[] = [];
    const works: Promise<void>[] = [];
    const client = createMonatoClient({ ...sandbox.monato, now: () => clock.now() });
    const source = monatoReports(client);
    const journal = memoryJournal();
    const kit = createReportKit({ journal });
    const handler = monatoWebhook({
      kit,
      source,
      token,
      clabeOf: (id) => accounts.find((account) => account.accountId === id)?.clabeNumber,
      onReport: (job) => void handedOver.push(job),
      onEvent: (event) => events.push(event),
      onError: (error) => errors.push(error),
      waitUntil: (work) => works.push(work),
    });
    const server = createServer(createRequestListener(handler)).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { port } = server.address() as AddressInfo; // of a TCP server that listens
      await registerMonatoWebhook(client, { url: `http://127.0.0.1:${port}/monato`, token });
      sandbox.prepareMonatoFile({
        report_type: "MONTHLY_ACCOUNT_STATEMENT",
        operation_date: "2026-02-01",
        clabe_number: clabeNumber,
      });
      const waited = kit.report(source, { report_type: "DAILY", operation_date: "2026-11-20" });
      const told: string[] = [];
      const streaming = waited.download(asStream());
      const following = (async (): Promise<void> => {
        for await (const event of waited.events()) told.push(event.type);
      })();
      await expect.poll(() => told).toContain("waiting"); // for seconds, by the schedule
      expect(lookUps()).toHaveLength(1);

      clock.advance(90_000); // Monato's clock, not ours: the files are there
      const deliveries = await sandbox.deliverWebhooks({ repeats: 2 });
      await Promise.all(works);
      expect(deliveries.map(({ status }) => status)).toEqual([200, 200, 200, 200]);

      const stream = await streaming;
      await following;
      expect(told.slice(told.indexOf("woken"))).toEqual(["woken", "ready"]);
      expect(await new Response(stream.stream).text()).toContain("\n");
      expect(lookUps()).toHaveLength(2);

      const statement = handedOver.find((job) => job.key !== waited.key);
      const file = await (statement ?? waited).download(asStream());
      expect(file.name).toBe(`monthly_account_statement_${clabeNumber}_202602.csv`);
      expect(await new Response(file.stream).text()).toContain(clabeNumber);

      expect(new Set(handedOver.map(({ key }) => key))).toEqual(new Set([waited.key, statement?.key]));
      // This endpoint delivers nothing by itself, so that each notice passes the job on.
      expect(events.map(({ type }) => type)).toEqual(["acted", "acted", "acted", "acted"]);
      expect(events).toContainEqual(expect.objectContaining({ type: "acted", key: waited.key, woken: true }));
      expect(lookUps().at(-1)).toMatchObject({
        report_type: "MONTHLY_ACCOUNT_STATEMENT",
        operation_date: "2026-02-28",
        clabe_number: clabeNumber,
      });
      expect(JSON.stringify(lookUps())).not.toContain(accountId);
      expect([errors, sandbox.violations]).toEqual([[], []]);
    } finally {
      server.closeAllConnections();
      server.close();
      await sandbox.close();
    }

    /** The bodies of the look-ups that Monato has seen. */
    function lookUps(): readonly unknown[] {
      return sandbox.requests.filter((seen) => seen.operationId === "downloadReport").map((seen) => seen.body);
    }
  });

  it("takes wrapped notices too, and lets in nobody with another token", async () => {
    const clock = createVirtualClock(start);
    const sandbox = await startSandbox({ clock, readyAfterMs: 1_000, monatoWebhookWrapped: true });
    const client = createMonatoClient({ ...sandbox.monato, now: () => clock.now() });
    const source = monatoReports(client);
    const journal = memoryJournal();
    const events: WebhookEvent[] = [];
    const errors: unknown[] = [];
    const handler = monatoWebhook({
      kit: createReportKit({ journal }),
      source,
      token,
      onError: (error) => errors.push(error),
      onEvent: (event) => events.push(event),
    });
    const server = createServer(createRequestListener(handler)).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { port } = server.address() as AddressInfo; // of a TCP server that listens
      await registerMonatoWebhook(client, { url: `http://127.0.0.1:${port}/right`, token });
      await registerMonatoWebhook(client, { url: `http://127.0.0.1:${port}/wrong`, token: "anotherToken" });
      sandbox.prepareMonatoFile({ report_type: "DAILY", operation_date: "2026-11-20" });
      clock.advance(1_000);
      const deliveries = await sandbox.deliverWebhooks();
      expect(deliveries.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([
        ["/right", 200],
        ["/wrong", 401],
      ]);
      await expect.poll(() => events.map(({ type }) => type).toSorted()).toEqual(["acted", "refused"]);
      expect(errors).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
      await sandbox.close();
    }
  });
});
