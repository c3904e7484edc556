import { join } from "node:path";
import { repository } from "../test/altered-copy.ts";
import { output } from "../src/run-program.ts";
import { startSandboxControl } from "./sandbox-control.ts";

/** A runtime that a program of the consumer's project can be started with. */
export interface Runtime {
  /** As it says itself: `node 20.20.2`. */
  readonly name: string;
  /** The program, called by its path, with what comes before the script. */
  readonly command: readonly [string, ...(readonly string[])];
}

/** The `node` of a package that brings one: what is on the PATH does not matter. */
export function nodeOf(version: string, folder: string): Runtime {
  const file = process.platform === "win32" ? "node.exe" : "node";
  return { name: `node ${version}`, command: [join(repository, folder, "bin", file)] };
}

/** Runs a script of a project, and gives what it printed. */
export function runOn(
  { command: [program, ...args] }: Runtime,
  project: string,
  ...script: readonly string[]
): Promise<string> {
  return output(program, [...args, ...script], project);
}

/** What the checks of behaviour/ came to. */
interface Behaviour {
  readonly runtime: string;
  readonly lines: readonly string[];
}

/** How many checks there are: fewer lines would mean that some were lost. */
const numberOfChecks = 17;

/**
 * Has the checks run on a runtime, and says what is not as it should be: a check that fails, another runtime than the one meant, an answer
 * of the sandbox against its spec, a secret anywhere but at its provider's API.
 * @param start runs them with the address where sandboxes are to be had, and gives what they say
 */
export async function behaviourProblems(
  name: string,
  start: (control: string) => Promise<string>,
): Promise<readonly string[]> {
  const control = await startSandboxControl();
  try {
    // What run.mjs and worker.mjs print.
    const { runtime, lines } = JSON.parse(await start(control.origin)) as Behaviour;
    const requests = control.sandboxes.flatMap((sandbox) => sandbox.requests);
    const sent = requests.flatMap(({ origin, secrets }) =>
      secrets.map(({ provider, name }) => ({ origin, provider, name })),
    );
    return [
      ...lines.filter((line) => !line.startsWith("ok ")),
      ...(runtime === name ? [] : [`ran on ${runtime}, not on ${name}`]),
      ...(lines.length === numberOfChecks ? [] : [`${lines.length} checks, not ${numberOfChecks}`]),
      ...control.sandboxes.flatMap(({ violations }) => violations.map((violation) => JSON.stringify(violation))),
      ...sent
        .filter(({ origin, provider }) => provider !== origin)
        .map(({ origin, provider, name }) => `${provider}'s ${name} was sent to ${origin}`),
      // Nothing leaks where nothing is sent.
      ...(sent.length > 20 ? [] : [`only ${sent.length} requests with credentials`]),
    ];
  } finally {
    await control.close();
  }
}
