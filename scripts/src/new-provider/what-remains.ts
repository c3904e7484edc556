import { describeDecision, openDecisions } from "../open-decisions.ts";
import { providerNamed } from "../providers.ts";

/** What is left for a person after `pnpm new:provider`, in the order in which it is done. */
export function whatRemains(root: string, name: string): string {
  const decisions = openDecisions(root, providerNamed(root, name));
  const of = (part: string): readonly string[] =>
    decisions.filter(({ path }) => path.startsWith(part)).map((each) => `   ${describeDecision(each)}`);
  const client = [...of(`packages/${name}/src`), ...of(`packages/${name}/test`), ...of(`packages/${name}/README.md`)];
  return [
    `What remains, in this order (docs/project/add-a-provider.md explains each step):`,
    "1. pnpm install, which adds the package to the lockfile. Then pnpm build: the tests import the packages as they are built.",
    "2. The facts: where each name of the spec comes from, and how sure that is. Then pnpm lint:specs.",
    ...of(`specs/${name}/`),
    client.length === 0 ? "3. The client: nothing to decide." : "3. The client.",
    ...client,
    "4. The source.",
    ...of("packages/report-kit/src/"),
    "   When the last one is decided, delete its undecided.ts.",
    "5. The tests of the source.",
    ...of("packages/report-kit/test/"),
    `6. docs/providers/${name}.md, with the parts and the two marks that its siblings have. Then pnpm generate, pnpm format, pnpm specs:report --write, pnpm surface.`,
    ...of(`packages/${name}/public-surface.md`),
    "7. The changeset.",
    ...of(".changeset/"),
    "8. The lists that people read: the table in README.md, the row provider of CONTEXT.md, the table of docs/providers/index.md.",
    "9. If the command line shall know it: a dependency in packages/cli/package.json, pnpm generate; the compiler then names each place in packages/cli/src.",
    `10. pnpm check:specs ${name}, which fails as long as anything of this list that is a decision is open, then npx -y pnpm@12.21.0 test.`,
  ].join("\n");
}
