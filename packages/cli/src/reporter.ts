import { describeEvent } from "report-kit";
import type { JobEvent } from "report-kit";
import { readableMs } from "./duration.ts";
import type { Failure } from "./failure.ts";
import { failureText } from "./failure.ts";
import type { Io } from "./io.ts";
import type { OutputLine } from "./output-lines.ts";
import { fitted, oneLine, shortId, styled, writeLines } from "./terminal.ts";

/** How a command writes what it does: one line that is kept up to date on a terminal, plain lines elsewhere, JSON lines for programs. */
export interface Reporter {
  readonly json: boolean;
  onEvent(event: JobEvent): void;
  /** A line for a person: with `--json` it is left out. */
  note(text: string): void;
  /** A line of a result, for a person. */
  text(text: string): void;
  /** A result: a line of text for a person, an object for a program. */
  result(text: string | readonly string[], line: OutputLine): void;
  /** @param of the series, and its period, that it happened to */
  failure(failure: Failure, of?: string): void;
  /** Take the progress line away. */
  close(): void;
}

export interface ReporterOptions {
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

export function createReporter(io: Io, { json = false, quiet = false }: ReporterOptions): Reporter {
  const { out, err } = io;
  const live = err.isTTY === true && !json && !quiet;
  /** The newest event of each job that goes on, by key. */
  const going = new Map<string, JobEvent>();
  let drawn = false;
  let timer: NodeJS.Timeout | undefined;

  const clear = (): void => {
    if (drawn) err.write("\r\u001B[K");
    drawn = false;
  };
  const draw = (): void => {
    const newest = [...going.values()].at(-1);
    if (newest === undefined) return clear();
    const more = going.size > 1 ? ` (and ${going.size - 1} more)` : "";
    const text = `${shortId(nameOf(newest))}${more}: ${progressText(newest, io.now())}`;
    err.write(`\r\u001B[K${styled(err, "dim", fitted(text, (err.columns ?? 80) - 1))}`);
    drawn = true;
  };
  const write = (lines: readonly string[], screen = err): void => {
    clear();
    for (const line of lines) writeLines(screen, line);
    if (live) draw();
  };
  const print = (line: OutputLine): void => void out.write(`${JSON.stringify(line)}\n`);

  return {
    json,
    onEvent(event) {
      if (json) return print({ line: "event", event });
      if (quiet) return;
      if (!live) return write([`${event.at} ${nameOf(event)}: ${describeEvent(event)}`]);
      going.delete(event.key);
      const mark = marks[event.type];
      // A delivered file was downloaded, and has its line.
      if (event.type === "delivered") draw();
      else if (mark !== undefined)
        write([`${styled(err, ...mark)} ${shortId(nameOf(event))}: ${describeEvent(event)}`]);
      else going.set(event.key, event);
      // The next look comes nearer.
      timer ??= setInterval(draw, 1_000).unref();
      draw();
    },
    note(text) {
      if (!json && !quiet) write([text]);
    },
    text: (text) => write([text], out),
    result(text, line) {
      if (json) print(line);
      else write(typeof text === "string" ? [text] : text, out);
    },
    failure(failure, of) {
      if (json) {
        const { exit, code, message, todo, bookmark, requestId } = failure;
        return print({ line: "error", exit, code, message, todo, bookmark, requestId, source: of });
      }
      const [first = "", ...rest] = failureText(failure).map(oneLine);
      const about = of === undefined ? "" : `${of}: `;
      write([`${styled(err, "red", "error:")} ${about}${first}`, ...rest]);
    },
    close() {
      clearInterval(timer);
      going.clear();
      clear();
    },
  };
}

function nameOf({ source, reportType }: JobEvent): string {
  return oneLine(`${source} ${reportType}`);
}

/** Events after which there is no more to come in this run: each has a line of its own. */
const marks: Readonly<Partial<Record<JobEvent["type"], readonly ["green" | "yellow" | "red", string]>>> = {
  downloaded: ["green", "✓"],
  refused: ["red", "✗"],
  failed: ["red", "✗"],
  expired: ["red", "✗"],
  indeterminate: ["yellow", "?"],
  deadline: ["yellow", "…"],
  "unreadable-record": ["yellow", "?"],
};

function progressText(event: JobEvent, now: number): string {
  if (event.type !== "waiting") return describeEvent(event);
  return `next look in ${readableMs(Date.parse(event.until) - now)} (${event.until.slice(11, 19)} UTC): ${oneLine(event.why)}`;
}
