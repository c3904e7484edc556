import type { FileLocation } from "../source/file-location.ts";
import type { Observation } from "../source/observation.ts";
import { refuse } from "../refuse.ts";
import { requestFields } from "../source-tools/request-fields.ts";
import type { PreparedReport, ReportSource, SourceCall, SourceProfile } from "../source/report-source.ts";

/** What a scripted source wants to be asked for. */
export interface ScriptedRequest {
  readonly report: string;
}

/** One answer: an observation, an error to throw, or a function that makes either of the call. */
export type ScriptedAnswer = Observation | Error | ((call: SourceCall) => Observation | Promise<Observation>);

/** What a scripted source answers. The last answer of a list is repeated without end. */
export interface Script {
  readonly profile?: Partial<SourceProfile> | undefined;
  readonly create?: readonly ScriptedAnswer[] | undefined;
  readonly look?: readonly ScriptedAnswer[] | undefined;
  readonly find?: readonly ScriptedAnswer[] | undefined;
  /** What a list contains of a reference. */
  readonly list?: (reference: string, now: number) => Observation | undefined;
  readonly locate?: FileLocation | undefined;
  readonly account?: string | undefined;
  /** Epoch milliseconds: a documented ready time. */
  readonly readyAt?: number | undefined;
}

/** A call that a scripted source received. */
export interface ScriptedCall {
  readonly method: "create" | "look" | "find" | "list" | "locate";
  readonly at: number;
  /** Absent for a list, which is asked for no job in particular. */
  readonly key?: string | undefined;
  readonly place?: number | undefined;
}

/** A report source that answers by a script and remembers what it was asked: for testing jobs in milliseconds. */
export interface ScriptedSource extends ReportSource<ScriptedRequest> {
  readonly calls: readonly ScriptedCall[];
}

export function scriptedSource(script: Script): ScriptedSource {
  const calls: ScriptedCall[] = [];
  const given = { create: 0, look: 0, find: 0 };
  const { list } = script;
  const account = script.account ?? "test";
  const tier = script.profile?.tier ?? "create-or-get";

  async function answer(method: "create" | "look" | "find", call: SourceCall, place?: number): Promise<Observation> {
    calls.push({ method, at: call.now, key: call.key, ...(place === undefined ? {} : { place }) });
    const answers = script[method] ?? [];
    const next = answers[Math.min(given[method], answers.length - 1)];
    given[method] += 1;
    if (next === undefined) throw new TypeError(`the script has no answer to ${method}`);
    if (next instanceof Error) throw next;
    return typeof next === "function" ? next(call) : next;
  }

  return {
    id: `scripted/${account}`,
    provider: "scripted",
    account,
    origin: "https://scripted.invalid",
    profile: { tier, remakes: false, ...script.profile },
    linkHosts: ["*.amazonaws.com"],
    calls,
    prepare(request: ScriptedRequest): PreparedReport {
      const { report } = requestFields(request, ["report"]);
      const name = typeof report === "string" && report !== "" ? report : refuse("request.report", "a name", report);
      return {
        reportType: "scripted",
        request: { report: name },
        identity: { report: name },
        ...(script.readyAt === undefined ? {} : { readyAt: script.readyAt }),
      };
    },
    ...(tier === "lookup" ? {} : { create: (call: SourceCall) => answer("create", call) }),
    look: (call) => answer("look", call),
    ...(list === undefined
      ? {}
      : {
          async list({ now }: { readonly now: number }) {
            calls.push({ method: "list", at: now });
            return (reference: string) => list(reference, now);
          },
        }),
    find: (call, place) => answer("find", call, place),
    async locate(call) {
      calls.push({ method: "locate", at: call.now, key: call.key });
      return script.locate ?? { via: "none", reason: "pending", message: "the script has no file" };
    },
  };
}
