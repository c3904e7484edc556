import assert from "node:assert/strict";
import { afterEach } from "vitest";
import { createVirtualClock } from "../src/clock.ts";
import type { VirtualClock } from "../src/clock.ts";
import type { SandboxOptions } from "../src/sandbox-options.ts";
import { startSandbox } from "../src/start-sandbox.ts";
import type { Sandbox } from "../src/start-sandbox.ts";

/** A sandbox on a virtual clock, with a plain caller for each API. */
export interface OpenSandbox {
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly circle: Caller;
  readonly begateway: Caller;
  readonly mercadopago: Caller;
  /** Monato with the given bearer token. */
  readonly monato: (token: string) => Caller;
}

/** Sends a request with the right credentials; a body is sent as JSON. */
export type Caller = (method: string, path: string, body?: unknown) => Promise<Told>;

/** An answer read to its end; `json` is undefined where the body is no JSON. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: any; // oxlint-disable-line typescript/no-explicit-any -- tests look into many shapes, each asserted by value
}

const open: Sandbox[] = [];

/** Every test ends with the same law: the sandbox has kept to the specs. */
afterEach(async () => {
  const sandboxes = open.splice(0);
  await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
  assert.deepEqual(
    sandboxes.flatMap((sandbox) => sandbox.violations),
    [],
  );
});

/** Opens a sandbox at 2026-11-21T12:00:00Z that is closed, and held to the specs, after the test. */
export async function openSandbox(options: SandboxOptions = {}): Promise<OpenSandbox> {
  const clock = createVirtualClock("2026-11-21T12:00:00Z");
  const sandbox = await startSandbox({ clock, ...options });
  open.push(sandbox);
  const { begateway, circle, mercadopago, monato } = sandbox;
  const basic = Buffer.from(`${begateway.pspId}:${begateway.secretKey}`).toString("base64");
  return {
    sandbox,
    clock,
    circle: caller(circle.baseUrl, `Bearer ${circle.apiKey}`),
    begateway: caller(begateway.baseUrl, `Basic ${basic}`),
    mercadopago: caller(mercadopago.baseUrl, `Bearer ${mercadopago.accessToken}`),
    monato: (token) => caller(monato.baseUrl, `Bearer ${token}`),
  };
}

/** A caller that sends this Authorization header. */
export function caller(baseUrl: string, authorization: string): Caller {
  return (method, path, body) => {
    const headers = { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) };
    return tell(`${baseUrl}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
}

/** fetch, read to the end. */
export async function tell(url: string, init: RequestInit = {}): Promise<Told> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
