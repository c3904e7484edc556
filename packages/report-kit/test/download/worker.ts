// A process that downloads a link into a directory, prints how far it is, and is killed for it.
import { writeSync } from "node:fs";
import { toDirectory } from "../../src/node/files/targets.ts";
import { platformWith } from "../../src/platform.ts";
import { createTimer } from "../../src/waiting/timer.ts";
import { reportFacts } from "../support/report-facts.ts";

const [, , url = "", directory = "", key = ""] = process.argv;
const timer = createTimer();
const file = await toDirectory(directory).receive(
  {
    ...reportFacts(key),
    reportType: "camt053",
    keepDelivery: async () => undefined,
    fileName: undefined,
    expects: undefined,
    link: undefined,
    linkHosts: [],
    loopback: true,
    platform: platformWith({}),
    locate: async () => ({ via: "link", url }),
    emit: () => {},
    waitUntil: (untilMs, options) => timer.wait(untilMs, options),
    withBookmark: (error) => error,
  },
  { onProgress: ({ bytes }) => void writeSync(1, `${bytes}\n`) },
);
writeSync(1, `${JSON.stringify(file)}\n`);
