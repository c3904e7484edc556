// A process that downloads a link into a directory, tells how far it is, and is killed for it.
import { writeSync } from "node:fs";
import { downloadTo } from "../../src/download/download.ts";
import { toDirectory } from "../../src/node/files/targets.ts";
import { platformWith } from "../../src/platform.ts";
import { createTimer } from "../../src/waiting/timer.ts";

const [, , url = "", directory = "", key = ""] = process.argv;
const file = await downloadTo(
  {
    file: { source: "circle/treasury", provider: "circle", account: "treasury", key },
    reportType: "camt053",
    linkHosts: [],
    loopback: true,
    platform: platformWith({}),
    timer: createTimer(),
    locate: async () => ({ via: "link", url }),
    outOfJob: (error) => error,
  },
  toDirectory(directory),
  { onProgress: ({ bytes }) => void writeSync(1, `${bytes}\n`) },
);
writeSync(1, `${JSON.stringify(file)}\n`);
