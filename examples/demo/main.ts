import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runDemo } from "./demo.ts";

const { values } = parseArgs({ options: { directory: { type: "string" } } });
const directory = values.directory ?? (await mkdtemp(join(tmpdir(), "report-kit-demo-")));
await runDemo(directory, process.stdout);
