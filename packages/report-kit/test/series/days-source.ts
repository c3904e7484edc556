import { ProviderError } from "@report-kit/http";
import { calendarDay, requestFields } from "../../src/source-tools/index.ts";
import type { Observation, ReportSource, SourceCall, SourceProfile } from "../../src/source-tools/index.ts";
import type { DeliveredFile, JsonObject, ReadyReport, Target } from "../../src/index.ts";

export interface DayRequest {
  readonly day: string;
}

/** A provider with a report of each day. */
export interface DaysProvider {
  /** What a look at a day's report says; `ready` where there is no entry. By `<day>#<epoch>`, or by the day. */
  readonly says: Map<string, Observation>;
  /** The text of a day's file, likewise; the day itself where there is no entry. */
  readonly texts: Map<string, string>;
  /** What was asked of it: `create 2026-11-19`. */
  readonly requests: string[];
  readonly source: ReportSource<DayRequest>;
}

export function daysProvider(profile: Partial<SourceProfile> = {}): DaysProvider {
  const says = new Map<string, Observation>();
  const texts = new Map<string, string>();
  const requests: string[] = [];
  const entry = <Value>(entries: Map<string, Value>, { request, epoch }: SourceCall): Value | undefined => {
    const day = dayIn(request);
    return entries.get(`${day}#${epoch}`) ?? entries.get(day);
  };
  const answer = (what: string, call: SourceCall): Observation => {
    requests.push(`${what} ${dayIn(call.request)}`);
    return entry(says, call) ?? { is: "ready", reference: `r-${dayIn(call.request)}` };
  };
  return {
    says,
    texts,
    requests,
    source: {
      id: "days/test",
      provider: "days",
      account: "test",
      origin: "https://days.invalid",
      profile: { tier: "create-or-get", remakes: false, requestsPerSecond: 1_000, ...profile },
      linkHosts: [],
      prepare(request: DayRequest) {
        const day = calendarDay("request.day", requestFields(request, ["day"])["day"]);
        return { reportType: "daily", request: { day }, identity: { day }, period: { from: day, to: day } };
      },
      create: async (call) => answer("create", call),
      look: async (call) => answer("look", call),
      find: async () => ({ is: "absent" }),
      async locate(call) {
        requests.push(`locate ${dayIn(call.request)}`);
        const text = entry(texts, call) ?? `day\n${dayIn(call.request)}\n`;
        const headers = { "content-type": "text/csv", "content-length": String(text.length) };
        return { via: "api", open: async () => new Response(text, { headers }) };
      },
    },
  };
}

function dayIn(request: JsonObject): string {
  return request["day"] as string; // `prepare` wrote it
}

export function unauthorised(status = 401): ProviderError {
  return new ProviderError({
    provider: "days",
    operationId: "create",
    status,
    code: `http-${status}`,
    message: "denied",
  });
}

/** A ledger: what it took, in order, and a way to fail. */
export interface Ledger extends Target<DeliveredFile> {
  readonly taken: { readonly day: string; readonly id: string; readonly earlier: string | undefined }[];
  readonly failsFor: Set<string>;
}

/** @param sha256Of the hash of the file that a day's report would have */
export function ledger(sha256Of: (report: ReadyReport) => string = () => "5f"): Ledger {
  const taken: Ledger["taken"] = [];
  const failsFor = new Set<string>();
  return {
    taken,
    failsFor,
    async receive(report) {
      const day = report.period?.from ?? "";
      await report.keepDelivery();
      if (failsFor.has(day)) throw new Error(`the ledger does not take ${day}`);
      taken.push({ day, id: report.delivery?.id ?? "", earlier: report.delivery?.earlier?.sha256 });
      return { name: `${day}.csv`, bytes: 3, sha256: sha256Of(report) };
    },
  };
}
