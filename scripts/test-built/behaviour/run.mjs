// For runtimes with a command line: `run.mjs <where the test listens>`.
import { runChecks } from "./checks.mjs";

const { Deno, Bun } = globalThis;
const runtime = Deno ? `deno ${Deno.version.deno}` : Bun ? `bun ${Bun.version}` : `node ${process.versions.node}`;
console.log(JSON.stringify({ runtime, lines: await runChecks(process.argv[2]) }));
