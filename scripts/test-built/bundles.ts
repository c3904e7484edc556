import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listProviders } from "../src/providers.ts";
import { repository } from "../test/altered-copy.ts";
import type { Bundler } from "./bundle-program.ts";
import { output } from "../src/run-program.ts";

/** By provider, lines of a program that makes a job and prints its key. A provider that imports no other way needs none. */
const programs: Readonly<Record<string, string>> = {
  circle: `
    import { createCircleClient } from "@report-kit/circle";
    import { circleReports } from "report-kit/circle";
    const client = createCircleClient({ apiKey: "SAND_API_KEY:a:b", environment: "production" });
    const job = kit.report(circleReports(client, { account: "treasury" }), { reportType: "camt053", date: "2026-11-19" });`,
  begateway: `
    import { createBegatewayClient } from "@report-kit/begateway";
    import { begatewayReports } from "report-kit/begateway";
    const client = createBegatewayClient({ pspId: "7", secretKey: "secret", baseUrl: "https://dwh.example.com" });
    const job = kit.report(begatewayReports(client, { pspId: "7" }), {
      type: "balance_records", format: "csv", user_id: 7,
      request_params: { currency: "EUR", date_from: "2026-11-01T00:00:00Z", date_to: "2026-11-02T00:00:00Z" },
    });`,
  monato: `
    import { createMonatoClient } from "@report-kit/monato";
    import { monatoReports } from "report-kit/monato";
    const client = createMonatoClient({ clientId: "2f1d3c5e-7a9b-4c0d-8e1f-30415263748a", apiKey: "key", environment: "staging" });
    const job = kit.report(monatoReports(client), { report_type: "DAILY", operation_date: "2026-11-19" });`,
  mercadopago: `
    import { createMercadopagoClient } from "@report-kit/mercadopago";
    import { settlementReports } from "report-kit/mercadopago";
    const source = settlementReports(createMercadopagoClient({ accessToken: "TEST-1" }), { account: "treasury" });
    const job = kit.report(source, { from: "2026-11-01", to: "2026-11-07", timeZone: "America/Argentina/Buenos_Aires" });`,
};

/** The operations of a provider as its generated table names them, in quotes: these texts are nowhere else. */
function operationsOf(packageFolder: string): readonly string[] {
  const text = readFileSync(join(repository, packageFolder, "src/operations.gen.ts"), "utf8");
  return [...text.matchAll(/^ {2}"([A-Z]+ \/[^"]+)": \{/gm)].map(([, operation]) => `"${operation}"`);
}

/**
 * Bundles each program, and says what is not as it should be: a warning, a bundle that does not do what the program does, a
 * provider in it that is not used.
 */
export async function bundleProblems(name: string, bundle: Bundler, project: string): Promise<readonly string[]> {
  const providers = listProviders(repository).map(({ name, packageFolder }) => ({
    name,
    operations: operationsOf(packageFolder),
  }));
  const problems: string[] = [];
  for (const [provider, program] of Object.entries(programs)) {
    const file = `program-${provider}.mjs`;
    writeFileSync(join(project, file), `${start}\n${program}\nconsole.log(job.key);\n`);
    const destination = join(project, "bundles", name, provider);
    const { code, warnings } = await bundle(project, file, destination);
    const found = providers.filter(({ operations }) =>
      operations.some((operation) => code.replaceAll(/[`']/g, '"').includes(operation)),
    );
    const bundled = readdirSync(destination, { recursive: true, encoding: "utf8" }).find((path) =>
      path.endsWith(".mjs"),
    );
    const printed = await Promise.all(
      [file, join(destination, String(bundled))].map((path) => output(process.execPath, [path], project)),
    );
    problems.push(
      ...warnings,
      ...found.filter((item) => item.name !== provider).map((item) => `${provider}: has ${item.name} in it`),
      ...(found.some((item) => item.name === provider) ? [] : [`${provider}: is not in it`]),
      ...(printed[0] === printed[1] && /^[\da-f-]{36}\n$/.test(printed[0] ?? "")
        ? []
        : [`${provider}: ${printed.join(" is not ")}`]),
    );
  }
  return problems;
}

const start = `
    import { createReportKit, memoryJournal } from "report-kit";
    const kit = createReportKit({ journal: memoryJournal() });`;
