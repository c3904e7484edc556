import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkSources } from "./check-sources.ts";
import { checkExactRequests } from "./exact-requests.ts";
import { describeDecision, openDecisions } from "./open-decisions.ts";
import { readDocument } from "./openapi-document.ts";
import { applyOverlays, overlayActions } from "./overlays.ts";
import { checkPageExamples } from "./page-examples.ts";
import type { Provider } from "./providers.ts";
import { checkUpstream } from "./upstream.ts";
import { checkWorkflow } from "./workflows.ts";

/** All that `pnpm check:specs` checks of one provider; the effective text is taken as it lies there (`pnpm generate --check` guards it). */
export function checkProvider(root: string, provider: Provider): readonly string[] {
  const isOwnText = existsSync(join(root, provider.folder, "upstream.json"));
  return [
    ...openDecisions(root, provider).map(describeDecision),
    ...checkUpstream(root, provider),
    ...applyOverlays(readDocument(root, provider.spec), overlayActions(root, provider)).problems,
    ...checkSources(root, provider),
    ...checkPageExamples(root, provider),
    ...(isOwnText ? [] : checkExactRequests(root, provider)),
    ...checkWorkflow(root, provider),
  ];
}
