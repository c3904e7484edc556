import { createHttpPoller } from "@azure/core-lro";
import { createWaiter, WaiterState } from "@smithy/util-waiter";
import { ExponentialBackoff, handleWhenResult, retry } from "cockatiel";
import gax from "google-gax";
import OpenAI from "openai";
import pRetry from "p-retry";
import { poll } from "../../packages/report-kit/src/waiting/poll.ts";

/** Looks once: is it ready? */
export type Look = () => Promise<boolean>;

/** One way of waiting until it is ready, as its package does it out of the box. */
export interface Poller {
  readonly name: string;
  /** How its package was called, where that is not obvious. */
  readonly settings: string;
  /** Does it weigh what a request costs? The others wait the same whatever it is. */
  readonly weighsCost: boolean;
  wait(look: Look, options: { readonly requestCostS: number; readonly signal?: AbortSignal }): Promise<unknown>;
}

const twoWeeksS = 14 * 86_400;

export const reportKit: Poller = {
  name: "report-kit poll",
  settings: "no history",
  weighsCost: true,
  wait: (look, { requestCostS, signal }) =>
    poll(async () => ((await look()) ? { done: true, value: undefined } : { done: false }), { requestCostS, signal }),
};

export const awsWaiter: Poller = {
  name: "@smithy/util-waiter",
  settings: "minDelay 2, maxDelay 120: what AWS clients pass by default",
  weighsCost: false,
  wait: (look, { signal }) =>
    createWaiter(
      { client: {}, maxWaitTime: twoWeeksS, minDelay: 2, maxDelay: 120, ...(signal && { abortSignal: signal }) },
      {},
      async () => ({ state: (await look()) ? WaiterState.SUCCESS : WaiterState.RETRY }),
    ),
};

export const azureLro: Poller = {
  name: "@azure/core-lro",
  settings: "createHttpPoller, its default interval of 2 s",
  weighsCost: false,
  async wait(look, { signal }) {
    const request = { method: "POST", url: "https://example.com/reports" };
    const answer = (status: string, headers: Record<string, string> = {}) => ({
      flatResponse: {},
      rawResponse: { statusCode: headers["operation-location"] ? 202 : 200, headers, body: { status }, request },
    });
    const poller = createHttpPoller({
      sendInitialRequest: async () => answer("Running", { "operation-location": "https://example.com/operations/1" }),
      sendPollRequest: async () => answer((await look()) ? "Succeeded" : "Running"),
    });
    await poller.pollUntilDone(signal && { abortSignal: signal });
  },
};

const cockatielRetry: Poller = {
  name: "cockatiel",
  settings: "retry of a result, default ExponentialBackoff",
  weighsCost: false,
  wait: (look) =>
    retry(
      handleWhenResult((ready) => ready === false),
      {
        maxAttempts: Infinity,
        backoff: new ExponentialBackoff(),
      },
    ).execute(look),
};

const googleGax: Poller = {
  name: "google-gax",
  settings: "Operation.promise(), default backoff settings",
  weighsCost: false,
  async wait(look) {
    const decoder = (value: unknown): unknown => value;
    const operationsClient = {
      getOperationInternal: async () => [(await look()) ? { done: true, response: { value: {} } } : { done: false }],
    };
    const settings = gax.createDefaultBackoffSettings();
    const submitted = { name: "operations/1", done: false };
    const descriptor = { operationsClient, responseDecoder: decoder, metadataDecoder: decoder };
    // @ts-expect-error the wire's types are protobuf's; polling reads `done` and `response` alone
    const operation = new gax.Operation(submitted, descriptor, settings);
    await operation.promise();
  },
};

const openai: Poller = {
  name: "openai",
  settings: "vectorStores.files.poll, its default of 5 s",
  weighsCost: false,
  async wait(look) {
    const client = new OpenAI({
      apiKey: "none",
      baseURL: "https://example.com/v1",
      fetch: async () => Response.json({ id: "file", status: (await look()) ? "completed" : "in_progress" }),
    });
    await client.vectorStores.files.poll("store", "file");
  },
};

const pRetryPolling: Poller = {
  name: "p-retry",
  settings: "a rejection while pending, retries: Infinity",
  weighsCost: false,
  wait: (look) =>
    pRetry(
      async () => {
        if (!(await look())) throw new Error("pending");
      },
      { retries: Infinity },
    ),
};

export const anchors: readonly Poller[] = [awsWaiter, cockatielRetry, googleGax, openai, pRetryPolling, azureLro];
