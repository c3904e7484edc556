import createClient from "openapi-fetch";
import type { Client, ClientPathsWithMethod, FetchResponse, MaybeOptionalInit, Middleware } from "openapi-fetch";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Middleware as OurMiddleware } from "../src/index.ts";
import { exampleClient, fakeFetch, json } from "./example-api.ts";
import type { ExamplePaths } from "./example-api.ts";

// What is written for openapi-fetch takes a provider client. The two signatures are those of the packages' own types, without React.

type HttpMethod = "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace";
type MediaType = `${string}/${string}`;
type PathsWithMethod<Paths extends object, Method extends HttpMethod> = ClientPathsWithMethod<Client<Paths>, Method>;
type InitWithUnknowns<Init> = Init & { [key: string]: unknown };

/** openapi-react-query 0.5.4: `createClient(client)`, with `queryOptions` of what it returns. */
function createReactQuery<Paths extends object, Media extends MediaType = MediaType>(client: Client<Paths, Media>) {
  return {
    queryOptions: <
      Method extends HttpMethod,
      Path extends PathsWithMethod<Paths, Method>,
      Init extends MaybeOptionalInit<Paths[Path], Method & keyof Paths[Path]>,
    >(
      method: Method,
      path: Path,
      ...[init]: object extends Init ? [InitWithUnknowns<Init>?] : [InitWithUnknowns<Init>]
    ) => ({
      queryKey: [method, path, init] as const,
      // As openapi-react-query does it: methods are taken off the client, and called without it.
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const called = client[method.toUpperCase() as "GET"] as unknown as (
          path: string,
          init: object,
        ) => Promise<FetchResponse<Paths[Path][Method & keyof Paths[Path]] & Record<string, unknown>, Init, Media>>;
        const { data, error } = await called(path as string, { signal, ...(init as object) });
        if (error) throw error;
        return data;
      },
    }),
  };
}

/** swr-openapi 5: `createQueryHook(client, prefix, …)`. */
function createQueryHook<Paths extends object, Media extends MediaType, Prefix extends string>(
  client: Client<Paths, Media>,
  prefix: Prefix,
) {
  return (path: PathsWithMethod<Paths, "get">, init: object) => ({
    key: [prefix, path, init] as const,
    fetcher: () => (client.GET as (path: unknown, init: object) => Promise<{ data?: unknown }>)(path, init),
  });
}

describe("a provider client", () => {
  const one = { params: { path: { id: "r1" } } };

  it("is an openapi-fetch client to the compiler", () => {
    const client = exampleClient();
    expectTypeOf(client).toExtend<Client<ExamplePaths>>();
    // oxlint-disable-next-line typescript/no-explicit-any -- so do libraries write it that take any client
    expectTypeOf(client).toExtend<Client<any, any>>();
    const taken: Client<ExamplePaths> = client;
    expect(Object.keys(taken)).toEqual(expect.arrayContaining(Object.keys(createClient())));
  });

  it("is taken by openapi-react-query", async () => {
    const fetch = fakeFetch(json({ id: "r1" }));
    const query = createReactQuery(exampleClient({ fetch }));
    const { queryFn } = query.queryOptions("get", "/reports/{id}", one);
    const { signal } = new AbortController();
    expect(await queryFn({ signal })).toEqual({ id: "r1" });
    // @ts-expect-error: the types are the description's
    void query.queryOptions("get", "/report", one);
  });

  it("is taken by swr-openapi", async () => {
    const useQuery = createQueryHook(exampleClient({ fetch: fakeFetch(json({ id: "r1" })) }), "example");
    expect(await useQuery("/reports/{id}", one).fetcher()).toMatchObject({ data: { id: "r1" } });
  });

  it("takes middleware that is written for openapi-fetch, for all calls or for one", async () => {
    const seen: unknown[] = [];
    const layer: Middleware = {
      onRequest: ({ request, schemaPath, params, id, options }) => {
        seen.push([request.method, schemaPath, params.path, typeof id, options.baseUrl]);
      },
    };
    expectTypeOf<OurMiddleware>().toEqualTypeOf<Middleware>();
    const client = exampleClient({ fetch: fakeFetch(json({ id: "r1" })) });
    await client.GET("/reports/{id}", { ...one, middleware: [layer] });
    client.use(layer);
    await client.request("get", "/reports/{id}", one);
    const told = ["GET", "/reports/{id}", { id: "r1" }, "string", "https://api.example.com/v1"];
    expect(seen).toEqual([told, told]);
  });
});
