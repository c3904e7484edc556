import { defineConfig } from "vitest/config";

/** These put something else in the place of parts of Node, which lasts as long as their process. */
const ownProcess = ["test/node/plug-n-play.test.ts", "test/node/refusing-disk.test.ts"];

export default defineConfig({
  test: {
    projects: [
      // A process and the modules in it serve many files: a quarter of the time of all tests was spent on new ones.
      { test: { name: "shared", include: ["test/**/*.test.ts"], exclude: ownProcess, isolate: false } },
      { test: { name: "own process", include: ownProcess } },
    ],
  },
});
