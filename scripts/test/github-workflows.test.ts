import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { entries, isObject } from "../src/openapi-document.ts";
import { repository } from "./altered-copy.ts";

/** What in a workflow of GitHub's could give more away than it must. */
function workflowProblems(text: string): readonly string[] {
  const workflow: unknown = parse(text);
  if (!isObject(workflow)) return ["is no object"];
  const unpinned = [...text.matchAll(/uses: (?<action>.*)/g)]
    .map((match) => match.groups?.["action"] ?? "")
    .filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))
    .map((action) => `${action} is not pinned by the commit of a named version`);
  const steps = entries(workflow["jobs"]).flatMap(([, job]) =>
    isObject(job) && Array.isArray(job["steps"]) ? job["steps"].filter(isObject) : [],
  );
  const spliced = steps
    .filter((step) => typeof step["run"] === "string" && step["run"].includes("${{"))
    .map((step) => `${String(step["name"])} has an expression in its script: pass it by \`env\``);
  const kept = steps
    .filter((step) => String(step["uses"]).startsWith("actions/checkout@"))
    .filter((step) => !isObject(step["with"]) || step["with"]["persist-credentials"] !== false)
    .map(() => "a checkout leaves its token behind");
  const permissions = workflow["permissions"];
  const isLeast =
    isObject(permissions) && entries(permissions).every(([, level]) => level === "read" || level === "none");
  return [
    ...unpinned,
    ...spliced,
    ...kept,
    ...(isLeast ? [] : ["lets every job write: rights to write belong to the job that needs them"]),
  ];
}

const folder = join(repository, ".github/workflows");

test.each(readdirSync(folder))(
  "the GitHub workflow %s pins its actions, puts no expression into scripts, keeps no token and has the least rights",
  (name) => {
    expect(workflowProblems(readFileSync(join(folder, name), "utf8"))).toEqual([]);
  },
);

test.each([
  ["a tag instead of a commit", /checkout@[0-9a-f]{40} # v[\d.]+/, "checkout@v7", "actions/checkout@v7 is not pinned"],
  ["a commit without its version", / # v7\.0\.1/, "", "is not pinned"],
  [
    "an expression in a script",
    'source="$(jq',
    'source="${{ github.head_ref }}$(jq',
    "Fetch the page has an expression",
  ],
  [
    "a token left behind",
    "          persist-credentials: false\n",
    "          fetch-depth: 1\n",
    "leaves its token behind",
  ],
  ["rights for every job", "permissions: {}", "permissions: { contents: write }", "lets every job write"],
  ["no word about rights", "permissions: {}", "name2: x", "lets every job write"],
])("the check of GitHub workflows finds %s", (_, from, to, problem) => {
  const text = readFileSync(join(folder, "upstream.yml"), "utf8");
  const altered = text.replace(from, () => to);
  expect(altered).not.toBe(text);
  expect(workflowProblems(altered)).toEqual([expect.stringContaining(problem)]);
});
