import { join } from "node:path";
import { checkDependencies } from "./src/check-dependencies.ts";
import { runCommand } from "./src/run-command.ts";

await runCommand((_args, print) => {
  const problems = checkDependencies(join(import.meta.dirname, ".."));
  if (problems.length > 0) throw new Error(`${problems.join("\n")}\n${problems.length} problems.`);
  print.log("Every dependency has its reason, a fit licence, and no script that runs when our packages are installed.");
  return 0;
});
