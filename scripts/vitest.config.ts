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
          globalSetup: "test-built/setup.ts",
          testTimeout,
        },
      },
    ],
  },
});

export default config;
