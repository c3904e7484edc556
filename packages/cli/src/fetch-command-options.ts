import type { Command } from "commander";

/** How to wait and where the file goes: of `get` and `resume`. */
export function addFetchOptions(command: Command): Command {
  return command
    .optionsGroup("The file and the wait:")
    .option("--to <directory>", "where the file goes (default reports)")
    .option("--journal <where>", "a directory, or postgres:VARIABLE with a database's address (default .reports)")
    .option("--deadline <time>", "stop waiting after this time, such as 90m (default 6h, or the provider's own)")
    .option("--overwrite", "replace another file that has the name")
    .option("--recreate", "where nobody can know whether the report was made: ask again, and accept a duplicate")
    .option("--json", "one JSON object a line, on standard output")
    .option("--quiet", "results and errors alone");
}
