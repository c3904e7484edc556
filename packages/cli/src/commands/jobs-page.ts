import type { KeptJob, UnreadableJob } from "report-kit";
import { adviceFor, factsOf, shownPhase } from "./job-facts.ts";

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
tr { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top; }
td:nth-child(1), td:nth-child(4) { white-space: nowrap; }
td:last-child { width: 45%; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .9em; }
summary { cursor: pointer; }
.phase { font-weight: 600; white-space: nowrap; }
@media (max-width: 48rem) {
  thead { position: absolute; clip-path: inset(50%); }
  tr { display: block; padding: .5rem 0; }
  td, td:last-child { display: block; width: auto; padding: 0; overflow-wrap: anywhere; }
  td:nth-child(1)::before { content: "started "; }
  td:nth-child(4)::before { content: "period "; }
  td:empty { display: none; }
  dl { display: block; }
  dt { margin-top: .4rem; }
}
.failed, .expired, .indeterminate, .unreadable { color: light-dark(#a40000, #ff8a80); }
.delivered, .ready { color: light-dark(#1b6b1b, #8fd68f); }`;

/** One page without anything from elsewhere: no script, no font, no request. */
export function jobsPage(jobs: readonly KeptJob[], unreadable: readonly UnreadableJob[], now: number): string {
  const newest = jobs.toReversed();
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Report jobs</title>
<style>${style}
</style>
<h1>Report jobs</h1>
<p>${jobs.length === 1 ? "1 job" : `${jobs.length} jobs`}, ${new Date(now).toISOString().slice(0, 16).replace("T", " ")} UTC. ${escaped(countsOf(jobs))}</p>
<table>
<thead><tr>${["started (UTC)", "phase", "source", "period", "report"].map((name) => `<th scope="col">${name}`).join("")}</thead>
<tbody>
${newest.map((job) => rowOf(job, now)).join("\n")}
${unreadable.map(({ key, unreadable: error }) => `<tr><td><td class="phase unreadable">unreadable<td colspan="3">${escaped(key)}: ${escaped(error.message)}`).join("\n")}
</tbody>
</table>
</html>
`;
}

function countsOf(jobs: readonly KeptJob[]): string {
  const counts = new Map<string, number>();
  for (const job of jobs) counts.set(shownPhase(job), (counts.get(shownPhase(job)) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${state}: ${count}`).join(", ");
}

function rowOf(job: KeptJob, now: number): string {
  const { period } = job;
  const days = period === undefined ? "" : period.from === period.to ? period.from : `${period.from} to ${period.to}`;
  const facts = factsOf(job).map(([name = "", value = ""]) => `<dt>${escaped(name)}<dd>${escaped(value)}`);
  const details = `<details><summary>${escaped(job.reportType)}</summary><p>${adviceFor(job, now).map(escaped).join("<br>")}</p><dl>${facts.join("")}</dl></details>`;
  return `<tr><td>${escaped(job.startedAt.slice(0, 16).replace("T", " "))}<td class="phase ${escaped(shownPhase(job))}">${escaped(shownPhase(job))}<td>${escaped(job.source)}<td>${escaped(days)}<td>${details}`;
}

/** Texts of a provider are untrusted. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
