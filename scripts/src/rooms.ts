import { join } from "node:path";
import type { OxlintConfig } from "oxlint";
import { listProviders } from "./providers.ts";

type Table = Readonly<Record<string, readonly string[]>>;
type Override = NonNullable<OxlintConfig["overrides"]>[number];

const providers = listProviders(join(import.meta.dirname, "../..")).map(({ name }) => name);

/** A row for each provider. */
function providerRows(prefix: string, row: (name: string) => readonly string[]): Table {
  return Object.fromEntries(providers.map((name) => [`${prefix}${name}`, row(name)]));
}

/**
 * The rooms of `report-kit`, and what the files of each may import besides each other and the files beside `src/index.ts`. A name is a room
 * of this table or else a package; of a `type:` room, types alone. A room can't reach through another what it must not import itself, so
 * the core reaches no download, no provider and no `node:`.
 */
export const rooms: Table = {
  // The thin core.
  waiting: [],
  identity: [],
  source: [],
  journal: ["waiting"],
  job: ["source", "journal", "waiting"],
  // Handing a file over once. It stands on the job, and the kit gives every job to it.
  delivery: ["job", "journal", "source", "waiting"],
  kit: ["delivery", "job", "journal", "source", "identity", "waiting"],
  // The layers above it.
  "source-tools": ["source"],
  traffic: ["waiting", "source", "journal"],
  learning: ["waiting", "source", "journal"],
  "journal-admin": ["delivery", "job", "journal", "source", "identity"],
  describe: ["type:job"],
  download: ["source", "waiting"],
  series: ["kit", "delivery", "journal-admin", "download", "source", "source-tools"],
  ...providerRows("sources/", (name) => ["source", "source-tools", `@report-kit/${name}`]),
  node: ["journal", "download", "source", "type:job", "node:*"],
  unpack: ["source", "download", "node", "node:*", "@zip.js/zip.js"],
  postgres: ["journal"],
  webhook: ["kit", "journal-admin", "sources/monato", "source", "source-tools", "@report-kit/monato"],
  testing: ["source", "source-tools", "journal", "waiting", "identity", "job", "delivery", "kit"],
};

/** Files that may import more than the rest of their room. */
export const exceptions: Table = {
  // Here, and nowhere else, the core meets the layers that it works without.
  "kit/create-report-kit.ts": ["traffic", "learning"],
};

/** What `report-kit` itself exports: a caller who only polls must not load the download. */
export const entry: readonly string[] =
  "waiting identity source journal job delivery kit journal-admin describe type:download".split(" ");

/** Packages that each room may import. */
const everywhere = ["@report-kit/http", "@noble/hashes"];

/** What other packages may import: openapi-fetch lies behind `@report-kit/http` alone, and no provider imports another. */
export const packages: Table = {
  http: ["openapi-fetch"],
  ...providerRows("", () => ["@report-kit/http"]),
  sandbox: ["node:*", "@zip.js/zip.js", "ajv", "ajv-formats", "hucre", "openapi-backend"],
  cli: [
    "node:*",
    "report-kit",
    "@report-kit/*",
    "commander",
    "@bomb.sh/tab",
    "@remix-run/node-fetch-server",
    "yaml",
    "pg",
  ],
};

const src = "packages/report-kit/src";
const table = "The table is in scripts/src/rooms.ts.";

/** The tables as overrides of the linter's configuration, where the last that matches a file decides. */
export const importRules: Override[] = [
  // Whatever has no row may import nothing.
  allowImports("packages/*/src/**", [], `This folder has no row. ${table}`),
  ...Object.entries(packages).map(([name, row]) =>
    allowImports(
      `packages/${name}/src/**`,
      ["./**", "../**", ...row.flatMap(withPaths)],
      `${name} imports ${listed(row)} only. ${table}`,
    ),
  ),
  roomRule("*.ts", [], "./", []),
  roomRule("index.ts", entry, "./", []),
  ...Object.entries(rooms).flatMap(([room, row]) => {
    const up = room.replaceAll(/[^/]+/g, "..");
    const name = room.replace(/.*\//, "");
    const beside = [`./${name}.ts`, `./${name}-*.ts`, `./${name}/**`];
    return [
      // `sources/circle` may be a file, files whose names begin with it, and a folder.
      ...(room.includes("/") ? ["", "-*"].map((end) => roomRule(`${room}${end}.ts`, row, "../", beside)) : []),
      roomRule(`${room}/*.ts`, row, `${up}/`, ["./**"]),
      roomRule(`${room}/*/**`, row, `${up}/../`, ["./**", "../**", "!../../**"]),
    ];
  }),
  ...Object.entries(exceptions).map(([file, more]) =>
    roomRule(file, [...(rooms[file.replace(/\/.*/, "")] ?? []), ...more], "../", ["./**"]),
  ),
];

/** @param up the way from the files to `src/` @param own what they may import of their room */
function roomRule(files: string, row: readonly string[], up: string, own: readonly string[]): Override {
  const pathTo = (name: string): readonly string[] =>
    name in rooms ? [`${up}${name}/**`, `${up}${name}.ts`] : withPaths(name);
  const typesOf = row.filter((name) => name.startsWith("type:")).map((name) => name.slice("type:".length));
  return allowImports(
    `${src}/${files}`,
    [
      ...own,
      `${up}*.ts`,
      `!${up}index.ts`,
      ...[...row, ...everywhere].flatMap((name) => pathTo(name.replace("type:", ""))),
    ],
    `${files} imports ${listed(row)} only. ${table}`,
    typesOf.map((name) => `^${up.replaceAll(".", String.raw`\.`)}${name}/`),
  );
}

/** A package has paths behind its name: `node:fs/promises`. */
function withPaths(name: string): readonly string[] {
  return [name, `${name}/**`];
}

function listed(row: readonly string[]): string {
  return row.map((name) => name.replace("type:", "types of ")).join(", ") || "its own files";
}

/**
 * @param allowed patterns of names; the last that matches decides, and `!` forbids again
 * @param typesAlone names of which only types may be imported
 */
function allowImports(
  files: string,
  allowed: readonly string[],
  message: string,
  typesAlone: readonly string[] = [],
): Override {
  const group = ["**", ...allowed.map((name) => (name.startsWith("!") ? name.slice(1) : `!${name}`))];
  const patterns = [...typesAlone.map((regex) => ({ regex, allowTypeImports: true, message })), { group, message }];
  return { files: [files], rules: { "no-restricted-imports": ["error", { patterns }] } };
}
