#!/usr/bin/env node
import { Interruption } from "./io.ts";
import { main } from "./main.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    // The second time it ends whatever is still under way.
    if (stop.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143);
    stop.abort(new Interruption(signal));
  });

// A reader that has enough (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const code = await main(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  now: () => Date.now(),
  signal: stop.signal,
});
// What was interrupted ends at once, whatever is still open.
if (stop.signal.aborted) process.exit(code);
process.exitCode = code;
