import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A provider is a folder of `specs/` with an `openapi.yaml`: there is no list to keep. All paths are relative to the root. */
export interface Provider {
  readonly name: string;
  readonly folder: string;
  readonly spec: string;
  readonly effective: string;
  readonly packageFolder: string;
}

/** The providers described under `root`, by name. Throws when there is none: then `root` is not a clone of this repository. */
export function listProviders(root: string): readonly Provider[] {
  const providers = readdirSync(join(root, "specs"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, "specs", entry.name, "openapi.yaml")))
    .map((entry) => entry.name)
    .toSorted()
    .map((name) => ({
      name,
      folder: `specs/${name}`,
      spec: `specs/${name}/openapi.yaml`,
      effective: `specs/${name}/effective.gen.yaml`,
      packageFolder: `packages/${name}`,
    }));
  if (providers.length === 0) throw new Error(`No specs/<provider>/openapi.yaml under ${root}.`);
  return providers;
}

/** Throws when there is no such provider. */
export function providerNamed(root: string, name: string): Provider {
  const all = listProviders(root);
  const provider = all.find((candidate) => candidate.name === name);
  if (provider === undefined)
    throw new Error(`There is no provider ${name}; providers are ${all.map((each) => each.name).join(", ")}.`);
  return provider;
}

/** The name as types have it: `acme-pay` is `AcmePay`. */
export function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
