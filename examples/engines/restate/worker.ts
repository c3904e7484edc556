/*
 * A worker process under Restate, started and killed by the tests; see ../test/worker.ts for its arguments. RESTATE_INGRESS,
 * RESTATE_ADMIN and SERVICE_PORT say where everything is.
 */
import { writeSync } from "node:fs";
import { object, serve } from "@restatedev/restate-sdk";
import type { ObjectContext } from "@restatedev/restate-sdk";
import { openStage } from "../test/scene.ts";
import type { Scene } from "../test/scene.ts";
import { getReport, reportObject } from "./restate.ts";

const [, how, mode, json = "{}"] = process.argv.slice(2);
const { RESTATE_INGRESS: ingress = "", RESTATE_ADMIN: admin = "", SERVICE_PORT: port } = process.env;
const stage = await openStage(JSON.parse(json) as Scene); // from the test that started us

const naive = object({
  name: "naive",
  handlers: {
    get: async (context: ObjectContext): Promise<string> => context.run("create", () => stage.createReport()),
  },
});
await serve({ services: [reportObject(stage.reports), naive], port: Number(port) });
if (mode === "start") await post(`${admin}/deployments`, { uri: `http://127.0.0.1:${port}` });

// The second worker asks as the first one did: the idempotency key joins them.
const result = how === "naive" ? await post(`${ingress}/naive/one/get`) : await getReport(ingress, stage.job);
writeSync(1, `result ${JSON.stringify(result)}\n`);

async function post(url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "idempotency-key": "one", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
