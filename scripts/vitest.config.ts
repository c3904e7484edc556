import { defineConfig } from "vitest/config";
import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  // A test that runs an entry point waits for redocly to start, on machines with few cores.
  test: { include: ["test/*.test.ts"], testTimeout: 60_000 },
});

export default config;
