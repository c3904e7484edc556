import type { KnipConfig } from "knip";

/** The imports in a page's code, each of which a test compiles, but for what is copied out of examples/. */
function importsIn(page: string): string {
  const own = page.replaceAll(/<!-- example: [\s\S]*?\n```\n/g, "");
  return Array.from(own.matchAll(/^(?:import|export) .*? from "[^"]+";$/gm), ([line]) => line).join("\n");
}

const config: KnipConfig = {
  // A function's types are exported with it, whoever names them.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Linux's, where a test makes a PID namespace or mounts a disk.
  ignoreBinaries: ["unshare"],
  compilers: { md: importsIn },
  workspaces: {
    // bench/ has a lockfile of its own.
    ".": { entry: [], project: [], ignoreDependencies: ["sherif", "vitest"] },
    docs: {
      entry: ["**/*.md", "test/every-error.ts"],
      project: ["**/*.{md,ts}"],
      // Of packages' readmes, whose code is compiled here; and of frameworks and a worker that pages tell of.
      ignoreDependencies: ["@report-kit/http", "@report-kit/sandbox", "@temporalio/workflow", "next"],
      ignoreUnresolved: ["./temporal.ts"],
    },
    // examples/engines/restate has a lockfile of its own.
    "examples/engines": { ignore: ["restate/**"] },
    // Linux has unshare; what needs it is skipped elsewhere.
    "packages/*": { project: ["{src,test}/**/*.ts"], ignoreBinaries: ["unshare"] },
    scripts: {
      entry: ["*.ts", "test-built/consumer/*", "test-built/behaviour/*.mjs"],
      project: ["**/*.{ts,mjs,cjs}", "!matrix/**"],
      // Named by their path in node_modules.
      ignoreDependencies: ["@report-kit/cli", "@report-kit/runtimes"],
    },
    "scripts/runtimes": { ignoreDependencies: ["node20"] },
  },
};

export default config;
