// N2 and N4: how long the command line takes with nothing to do, and for its help, beside Node alone.
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sandboxVariables } from "../../packages/cli/dist/sandboxed.js";
import { startSandbox } from "../../packages/sandbox/dist/index.js";
import { printTable } from "../src/table.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    json: { type: "string", default: "results/cli.json" },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`node cli/main.ts
  --rounds  times each command is started; the median counts (15)
  --json    where to write the figures (results/cli.json)`);
  process.exit(0);
}

const bin = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));
const days = 7;
const dayMs = 86_400_000;
const from = new Date(Date.now() - (days + 2) * dayMs).toISOString().slice(0, 10);
const timeZone = "America/Argentina/Buenos_Aires";
/** Five series of daily reports. No camt.053: in the first hours of a day its newest would have to be waited for. */
const config = `from: ${from}
concurrency: 7
sources:
  treasury: { provider: circle, timeZone: ${timeZone}, series: [{ reportType: managed_payout_transactions, timeframe: daily }] }
  psp: { provider: begateway, timeZone: ${timeZone}, series: [{ format: csv, user_id: 1098, currency: USD }] }
  fincore: { provider: monato, series: [{ report_type: DAILY }] }
  marketplace: { provider: mercadopago, timeZone: ${timeZone}, series: [{ report_type: settlement }, { report_type: release }] }
`;

const folder = await mkdtemp(join(tmpdir(), "report-kit-bench-cli-"));
const sandbox = await startSandbox({ readyAfterMs: 0, rows: 5 });
try {
  await writeFile(join(folder, "report-kit.config.yaml"), config);
  const env = { PATH: process.env["PATH"] ?? "", ...sandboxVariables(sandbox) };
  const start = (args: readonly string[]): number => {
    const startedAt = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}:\n${stderr}`);
    return (performance.now() - startedAt) / 1000;
  };
  const reports = await firstRun(env);
  const requests = sandbox.requests.length;

  const commands = { node: ["-e", "0"], help: [bin, "--help"], nothing: [bin, "run", "--quiet"] };
  const seconds = { node: [], help: [], nothing: [] } as Record<keyof typeof commands, number[]>;
  // In turns: what else the machine does falls on each alike.
  for (let round = 0; round < Number(options.rounds); round += 1)
    for (const name of ["node", "help", "nothing"] as const) seconds[name].push(start(commands[name]));
  const median = (name: keyof typeof commands): number =>
    seconds[name].toSorted((a, b) => a - b)[seconds[name].length >> 1] ?? Number.NaN;

  const figures = {
    reports,
    requests: sandbox.requests.length - requests,
    nodeSeconds: median("node"),
    helpSeconds: median("help"),
    nothingSeconds: median("nothing"),
  };
  printTable(
    ["", "seconds", "of node -e 0"],
    [
      ["node -e 0", figures.nodeSeconds.toFixed(3), "1.00"],
      ["report-kit --help", figures.helpSeconds.toFixed(3), (figures.helpSeconds / figures.nodeSeconds).toFixed(2)],
      [
        `report-kit run, ${reports} reports, nothing to do`,
        figures.nothingSeconds.toFixed(3),
        (figures.nothingSeconds / figures.nodeSeconds).toFixed(2),
      ],
    ],
  );
  console.log(`Requests while there was nothing to do: ${figures.requests}`);
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, JSON.stringify(figures, null, 2));
  if (figures.requests > 0 || figures.nothingSeconds > 1 || figures.helpSeconds > 3 * figures.nodeSeconds)
    process.exitCode = 1;
} finally {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

/** The run that fetches everything. The sandbox is in this process, so it has to go on meanwhile. */
async function firstRun(env: Readonly<Record<string, string>>): Promise<number> {
  const { main } = await import("../../packages/cli/dist/main.js");
  let delivered = 0;
  let errors = "";
  const code = await main(["run", "--quiet"], {
    out: { write: (text: string) => void (delivered += text.split("\n").length - 1) },
    err: { write: (text: string) => void (errors += text) },
    env,
    cwd: folder,
    requestCostS: 0.1,
    now: () => Date.now(),
    signal: new AbortController().signal,
  });
  if (code !== 0) throw new Error(`the first run ended with ${code}:\n${errors}`);
  return delivered;
}
