// H1: one typed JSON call through a provider package, beside openapi-fetch alone and the providers' own SDKs, on loopback.
import { fork } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { printTable } from "../src/table.ts";
import {
  circleContenders,
  circlePostContenders,
  mercadopagoContenders,
  mercadopagoPostContenders,
} from "./contenders.ts";
import type { Contender } from "./contenders.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    calls: { type: "string", default: "400" },
    json: { type: "string", default: "results/http.json" },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`node http/main.ts
  --rounds  rounds of calls by each, taking turns; the median round is told (15)
  --calls   calls in a round, one after the other (400)
  --json    where to write the figures (results/http.json)`);
  process.exit(0);
}

const server = fork(fileURLToPath(new URL("server.ts", import.meta.url)));
const { port } = await new Promise<{ port: number }>((resolve) => void server.once("message", resolve));
const baseUrl = `http://127.0.0.1:${port}`;

/** Microseconds of one call, the median of the rounds. */
async function measure(contenders: readonly Contender[]): Promise<readonly number[]> {
  const rounds: number[][] = contenders.map(() => []);
  const calls = Number(options.calls);
  // The first two rounds are for the compiler.
  for (let round = -2; round < Number(options.rounds); round += 1) {
    // Who goes first changes.
    const order = contenders.map((_, index) => (index + round + contenders.length) % contenders.length);
    for (const index of order) {
      const call = contenders[index]?.call;
      if (call === undefined) continue;
      const startedAt = performance.now();
      for (let count = 0; count < calls; count += 1) {
        if ((await call()) === undefined) throw new Error(`${contenders[index]?.name} came to nothing`);
      }
      if (round >= 0) rounds[index]?.push(((performance.now() - startedAt) * 1000) / calls);
    }
  }
  return rounds.map((times) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN);
}

const groups = [
  { provider: "circle", method: "GET", contenders: circleContenders(baseUrl) },
  { provider: "circle", method: "POST", contenders: circlePostContenders(baseUrl) },
  { provider: "mercadopago", method: "GET", contenders: mercadopagoContenders(baseUrl) },
  { provider: "mercadopago", method: "POST", contenders: mercadopagoPostContenders(baseUrl) },
];
const figures = [];
for (const { provider, method, contenders } of groups) {
  const times = await measure(contenders);
  const [bare = Number.NaN] = times;
  for (const [index, { name }] of contenders.entries()) {
    const microseconds = times[index] ?? Number.NaN;
    figures.push({ provider, method, name, microseconds, ofOpenapiFetch: microseconds / bare });
  }
}
server.disconnect();

console.log("\nOne typed JSON call on loopback: H1\n");
printTable(
  ["", "", "microseconds", "of openapi-fetch alone"],
  figures.map(({ method, name, microseconds, ofOpenapiFetch }) => [
    method,
    name,
    microseconds.toFixed(0),
    ofOpenapiFetch.toFixed(2),
  ]),
);
await mkdir(dirname(options.json), { recursive: true });
await writeFile(options.json, `${JSON.stringify({ options, figures }, undefined, 2)}\n`);
console.log(`\nWritten to ${options.json}`);
