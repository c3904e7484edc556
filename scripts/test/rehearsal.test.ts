import { expect, test } from "vitest";
import { publishTo, refuseAllButLoopback } from "../src/loopback-registry.ts";

test.each(["http://127.0.0.1:4873/", "http://localhost:4873", "http://[::1]:4873/"])(
  "a rehearsal of a release may publish to %s",
  (registry) => {
    expect(() => refuseAllButLoopback(registry)).not.toThrow();
  },
);

test.each([
  "https://registry.example.org/",
  "http://registry.example.com/",
  "http://127.0.0.1.example.com/",
  "http://localhost.example.com:4873/",
  "http://127.0.0.1@example.com/",
  "http://10.0.0.1:4873/",
  "https://127.0.0.1/",
])("a rehearsal of a release does not publish to %s", async (registry) => {
  expect(() => refuseAllButLoopback(registry)).toThrow("to this machine alone");
  // No tarball is looked at, and npm is not started.
  const packages = [{ name: "a", tarball: "/none.tgz", manifest: {} }];
  await expect(publishTo({ url: registry, environment: {} }, packages, ".")).rejects.toThrow("to this machine alone");
});

test.each(["registry", "@report-kit:registry"])(
  "a rehearsal of a release does not publish a package whose publishConfig.%s names another registry",
  async (field) => {
    const manifest = { publishConfig: { access: "public", [field]: "https://registry.example.com/" } };
    const packages = [{ name: "a", tarball: "/none.tgz", manifest }];
    await expect(publishTo({ url: "http://127.0.0.1:1/", environment: {} }, packages, ".")).rejects.toThrow(
      `a: publishConfig.${field} would publish to https://registry.example.com/.`,
    );
  },
);
