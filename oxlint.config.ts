import type { OxlintConfig } from "oxlint";
import { importRules } from "./scripts/src/rooms.ts";

const config: OxlintConfig = {
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  options: { reportUnusedDisableDirectives: "error" },
  rules: {
    "no-await-in-loop": "off",
    "no-shadow": "off",
    "import/no-default-export": "error",
    "import/no-unassigned-import": "off",
    "no-console": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": "error",
    "typescript/no-unsafe-type-assertion": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/consistent-function-scoping": "off",
    "vitest/no-focused-tests": "error",
    "vitest/no-disabled-tests": "error",
    "import/no-named-as-default-member": "off",
    "import/no-named-as-default": "off",
    "typescript/consistent-return": "off",
    "typescript/no-unnecessary-type-conversion": "off",
    "eslint/no-unmodified-loop-condition": "off",
    "promise/always-return": "off",
    "promise/no-callback-in-promise": "off",
    "vitest/no-standalone-expect": "off",
    "vitest/no-conditional-expect": "off",
    "oxc/no-map-spread": "off",
  },
  overrides: [
    {
      files: ["scripts/**", "examples/**", "docs/**", "bench/**", "site/*.ts", "packages/sandbox/src/bin.ts"],
      rules: { "no-console": "off" },
    },
    { files: ["**/*.config.ts", "site/.vitepress/**"], rules: { "import/no-default-export": "off" } },
    {
      // Ways to import that the table of rooms would not see.
      files: ["packages/*/src/**"],
      rules: {
        "import/no-dynamic-require": ["error", { esmodule: true }],
        "typescript/consistent-type-imports": ["error", { disallowTypeAnnotations: true }],
      },
    },
    ...importRules,
  ],
  ignorePatterns: ["**/dist/**", "**/*.gen.ts", "**/fixtures/**"],
};

export default config;
