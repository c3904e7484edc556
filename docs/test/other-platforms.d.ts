/**
 * What the pages use of platforms and packages that are not installed here, as their documentation has it (read 2026-11-21). It lets the
 * rest of a block be checked; it is no proof that the platform is like that.
 */
declare module "next/server" {
  export function after(task: Promise<unknown> | (() => unknown)): void;
}

declare module "cloudflare:workers" {
  export function waitUntil(work: Promise<unknown>): void;
}

declare module "jose" {
  export function jwtVerify(
    jwt: string,
    key: Uint8Array | CryptoKey,
    options: { readonly algorithms: readonly string[] },
  ): Promise<unknown>;
}

declare const Deno: { serve(handler: (request: Request) => Promise<Response>): unknown };
declare const Bun: { serve(options: { readonly fetch: (request: Request) => Promise<Response> }): unknown };
