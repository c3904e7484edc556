// For workerd: a request whose body says where the test listens is answered with the checks' lines.
import { runChecks } from "./checks.mjs";

// A worker is a default export.
// oxlint-disable-next-line import/no-default-export
export default {
  async fetch(request) {
    return Response.json({ runtime: navigator.userAgent, lines: await runChecks(await request.text()) });
  },
};
