import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";

// A test that runs an entry point waits for redocly to start, on machines with few cores.
const testTimeout = 60_000;

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      { test: { name: "specs", include: ["test/*.test.ts"], testTimeout } },
      // What needs the packages as they are built and packed.
      {
        test: {
          name: "built",
          include: ["test-built/*.test.ts"],
          exclude: ["test-built/*-matrix.test.ts"],
          globalSetup: "test-built/setup.ts",
          testTimeout,
        },
      },
      // The same with what `matrix/` brings, one after the other: each is a runtime, a compiler or a bundler.
      {
        test: {
          name: "matrix",
          include: ["test-built/*-matrix.test.ts"],
          globalSetup: "test-built/setup.ts",
          fileParallelism: false,
          testTimeout: 3 * testTimeout,
        },
      },
    ],
  },
});

export default config;
