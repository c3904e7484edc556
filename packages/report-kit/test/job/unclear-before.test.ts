import { ProviderError, TransportError } from "@report-kit/http";
import { expect, it } from "vitest";
import { createReportKit, memoryJournal } from "../../src/index.ts";
import { createVirtualClock, scriptedSource } from "../../src/testing/index.ts";

const failure = (maybeSent: boolean): TransportError =>
  new TransportError({ code: "network", message: "no answer", provider: "scripted", operationId: "create", maybeSent });
const refused = (status: number): ProviderError =>
  new ProviderError({ provider: "scripted", operationId: "create", status, code: `http-${status}`, message: "No." });

it.each([
  ["is refused by the network", failure(false)],
  ["is refused by the provider", refused(422)],
  ["is rejected for its credentials", refused(401)],
])("an unclear create stays unclear where the next one, of the same parameters, %s", async (_, second) => {
  const clock = createVirtualClock();
  const journal = memoryJournal();
  const kit = createReportKit({ journal, platform: clock.platform });
  const source = scriptedSource({
    profile: { tier: "create-or-get" },
    create: [failure(true), second, { is: "ready", reference: "r-1" }],
  });
  const { bookmark, key } = kit.report(source, { report: "a" });
  await kit.step(bookmark, [source]);
  await clock.advance(3_600_000);
  await kit.step(bookmark, [source]).catch(() => undefined);
  expect((await journal.read(`job-${key}`))?.value).toMatchObject({ phase: "creating" });
  await clock.advance(3_600_000);
  expect(await kit.step(bookmark, [source])).toMatchObject({ outcome: { status: "ready", reference: "r-1" } });
});
