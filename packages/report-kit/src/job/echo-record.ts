import type { Journal } from "../journal/journal.ts";
import { recordName } from "../journal/journal.ts";
import type { ReportSource } from "../source/report-source.ts";

type Source = Pick<ReportSource, "id" | "origin">;

/**
 * Whether the provider keeps the identifier that we send (tier `client-id`): it was seen to, and never seen not to. A fact
 * of one origin: what a test server does proves nothing about production.
 */
export async function isEchoProven(journal: Journal, { id, origin }: Source): Promise<boolean> {
  const record = await journal.read(recordName("echo", origin, id));
  if (record?.value["echo"] !== true) return false;
  // An older report-kit recorded it without the origin: there a `true` proves nothing, but a `false` may be this origin's.
  return (await journal.read(recordName("source", id)))?.value["echo"] !== false;
}

/** Record what one answer showed. An identifier that was not kept once stays recorded. */
export async function recordEcho(journal: Journal, { id, origin }: Source, echo: boolean): Promise<void> {
  const name = recordName("echo", origin, id);
  for (;;) {
    const record = await journal.read(name);
    const known = record?.value["echo"];
    if (known === false || known === echo) return;
    if ((await journal.write(name, { v: 1, source: id, origin, echo }, record?.revision ?? 0)) !== undefined) return;
  }
}
