import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresJournal } from "../../src/postgres/postgres-journal.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { hurriedClock } from "./clock.ts";
import { startKillsProvider } from "./provider.ts";
import type { KillsProvider } from "./provider.ts";
import { bundledWorker } from "../support/bundled-worker.ts";
import { openPool, queryOf, startPostgres } from "../postgres/postgres-server.ts";
import type { PostgresServer } from "../postgres/postgres-server.ts";

const kills = process.env["REPORT_KIT_SOAK"] === "1" ? 1_000 : 30;
/** Reports of each source that every life adds to what is wanted. */
const perLife = 2;
/** Kills fall anywhere from a life's start to this many moments of its requests: arrivals, acts and answers of what it creates. */
const momentsOfALife = 3 * 2 * perLife;
/** Lives after which a worker need not look at what was wanted before them. */
const remembered = 15;
/** Reports of each source that the last workers finish together: the clock leaves a slow machine little time. */
const inOneGo = 50;

let directory: string;
let postgres: PostgresServer;
let script: string;
const since = Date.now();
const clock = hurriedClock(since);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kills-"));
  script = await bundledWorker(new URL("worker.ts", import.meta.url));
  postgres = await startPostgres();
  const pool = openPool(postgres, 1);
  await postgresJournal(queryOf(pool)).migrate();
  await pool.end();
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

interface Life {
  readonly mode: "kit" | "naive";
  readonly kind: "file" | "postgres";
  readonly location: string;
  readonly provider: KillsProvider;
  readonly first: number;
  readonly last: number;
  /** When it is killed: so many moments of its requests after its start, and a while. Default: not at all. */
  readonly kill?: { readonly moments: number; readonly afterMs: number };
}

interface End {
  readonly tier: string;
  readonly report: string;
  readonly status: string;
  readonly reference?: string;
  readonly adopted?: boolean;
}

/** One worker's life, which ends by itself or by a SIGKILL. @returns what it said of its jobs */
function live({ mode, kind, location, provider, first, last, kill }: Life): Promise<readonly End[]> {
  const child = spawn(process.execPath, [
    script,
    mode,
    kind,
    location,
    provider.url,
    ...[since, first, last].map(String),
  ]);
  let [said, complaint] = ["", ""];
  child.stderr.on("data", (data) => (complaint += String(data)));
  let moments = 0;
  const onMoment = (): void => {
    if (moments === kill?.moments) setTimeout(() => child.kill("SIGKILL"), kill.afterMs);
    moments += 1;
  };
  provider.watch(String(child.pid), onMoment);
  child.stdout.on("data", (data) => {
    if (said === "") onMoment(); // it has started
    said += String(data);
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (code !== 0 && signal !== "SIGKILL") return reject(new Error(`the worker ended by itself: ${complaint}`));
      // What the kill cut off was not said to anybody.
      resolve(
        said
          .split("\n")
          .slice(1, -1)
          .map((line): End => JSON.parse(line)),
      );
    });
  });
}

/** Two lanes of workers, each killed at a random time and started again, and others that are left to finish. */
async function killAndCount(
  mode: "kit" | "naive",
  kind: "file" | "postgres",
  location: string,
  seed: number,
  lives = kills,
) {
  const random = seededRandom(seed);
  const provider = await startKillsProvider(clock.now, seededRandom(seed + 1));
  try {
    const common = { mode, kind, location, provider } as const;
    // A provider that was seen to keep ids: without that, an unclear create of the tier client-id decides nothing.
    await live({ ...common, first: 0, last: 0 });
    const lane = async (lanes: number, of: number): Promise<void> => {
      for (let life = lanes; life < lives; life += of) {
        const first = Math.max(0, (life - remembered) * perLife);
        const kill = { moments: Math.floor(random() * momentsOfALife), afterMs: random() * 20 };
        await live({ ...common, first, last: (life + 1) * perLife, kill });
      }
    };
    await Promise.all([lane(0, 2), lane(1, 2)]);
    const ends: End[] = [];
    for (let first = 0; first <= lives * perLife; first += inOneGo) {
      ends.push(...(await live({ ...common, first, last: Math.min(first + inOneGo - 1, lives * perLife) })));
    }
    const wanted = ends.map(({ tier, report }) => `${tier} ${report}`);
    const made = provider.made.map(({ tier, report }) => `${tier} ${report}`);
    return {
      wanted: wanted.length,
      duplicates: made.filter((name, place) => made.indexOf(name) !== place),
      lost: [
        ...wanted.filter((name) => !made.includes(name)),
        ...ends.filter(({ status }) => status !== "ready").map((end) => JSON.stringify(end)),
        ...ends.filter(
          ({ tier, report, reference }) =>
            mode === "kit" &&
            !provider.made.some((one) => one.tier === tier && one.report === report && one.id === reference),
        ),
      ],
      adopted: ends.filter(({ adopted }) => adopted === true).length,
    };
  } finally {
    await provider.stop();
  }
}

describe("worker processes killed by SIGKILL at random times", () => {
  it.each([
    ["file", () => join(directory, "journal"), 20_261_121],
    ["postgres", () => postgres.connectionString, 20_261_122],
  ] as const)(
    "make each report once and get it, over the %s journal",
    { timeout: 3_600_000 },
    async (kind, location, seed) => {
      const { wanted, duplicates, lost, adopted } = await killAndCount("kit", kind, location(), seed);
      process.stdout.write(
        `${kills} SIGKILLs over the ${kind} journal: ${wanted} reports, ${adopted} of them found after an unclear create, ` +
          `${duplicates.length} duplicates, ${lost.length} lost\n`,
      );
      expect({ duplicates, lost }).toEqual({ duplicates: [], lost: [] });
      expect(wanted).toBe(2 * (kills * perLife + 1));
      expect(adopted).toBeGreaterThan(0);
    },
  );

  it("are seen to make duplicates when they POST and then save", { timeout: 3_600_000 }, async () => {
    const { duplicates } = await killAndCount("naive", "file", join(directory, "naive"), 20_261_123, 10);
    expect(duplicates.length).toBeGreaterThan(0);
  });
});
