import { spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { toDirectory, toFile } from "../../src/node/files/targets.ts";
import type { Target } from "../../src/source/ready-report.ts";
import { reportFacts } from "../support/report-facts.ts";
import { temporaryDirectory } from "../download/ready-report.ts";

/** What a target's check rejects with; undefined when the target can be used. */
async function refusalOf(target: Target<unknown>): Promise<unknown> {
  return target.check?.({}, reportFacts("k")).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a target, before anything is asked for,", () => {
  it("is made with the directories above it, and left empty", async () => {
    const root = await temporaryDirectory();
    expect(await refusalOf(toDirectory(join(root, "a", "b")))).toBeUndefined();
    expect(await refusalOf(toFile(join(root, "c", "d", "report.csv")))).toBeUndefined();
    const made = await readdir(root, { recursive: true });
    expect(made.toSorted()).toEqual(["a", join("a", "b"), "c", join("c", "d")]);
  });

  it("may be a link to a directory", async () => {
    const root = await temporaryDirectory();
    await mkdir(join(root, "disk"));
    await symlink(join(root, "disk"), join(root, "out"));
    expect(await refusalOf(toDirectory(join(root, "out")))).toBeUndefined();
  });

  it.each([
    ["a file", (root: string) => toDirectory(join(root, "file"))],
    ["below a file", (root: string) => toDirectory(join(root, "file", "out"))],
    ["a file's directory that is a file", (root: string) => toFile(join(root, "file", "report.csv"))],
  ])("is refused when it is %s: path, reason and remedy are named", async (_what, target) => {
    const root = await temporaryDirectory();
    await writeFile(join(root, "file"), "");
    expect(await refusalOf(target(root))).toMatchObject({
      name: "DownloadError",
      code: "target",
      retryable: false,
      message: expect.stringMatching(/\/file.*\((ENOTDIR|EEXIST): .*is a file, not a directory: move it away/),
    });
  });

  it("is refused when it is a dangling link", async () => {
    const root = await temporaryDirectory();
    await symlink(join(root, "nowhere"), join(root, "out"));
    expect(await refusalOf(toDirectory(join(root, "out")))).toMatchObject({ code: "target", retryable: false });
  });

  it.skipIf(process.platform === "win32")("is refused when this user may not write to it", async () => {
    const root = await temporaryDirectory();
    await chmod(root, 0o755);
    await mkdir(join(root, "out"), { mode: 0o555 });
    const said = asNobody(join(root, "out"));
    expect(said).toMatch(
      /^target false Can't write to the directory .*\/out \(EACCES: permission denied\)\. Give this/,
    );
    expect(asNobody(join(root, "new"))).toMatch(/^target false Can't make the directory .*\/new \(EACCES: /);
    await chmod(join(root, "out"), 0o777);
    expect(asNobody(join(root, "out"))).toBe("usable");
  });

  const mounts = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
  it.skipIf(!mounts)("is refused when its disk is full, or mounted read-only", async () => {
    const root = await temporaryDirectory();
    const full = mounted(root, `-o size=8k`, `head -c 8192 /dev/zero > ${root}/filler`);
    expect(full).toMatch(
      /^target true Can't (write to|make) the directory .* \(ENOSPC: no space left on device\)\. The disk is full/,
    );
    expect(mounted(root, "-o ro", "true")).toMatch(
      /^target false Can't .* \(EROFS: read-only file system\)\. It is mounted read-only/,
    );
    expect((await stat(root)).isDirectory()).toBe(true);
  });
});

const program = `
import { toDirectory } from ${JSON.stringify(fileURLToPath(new URL("../../src/node/files/targets.ts", import.meta.url)))};
if (process.argv[2] === "nobody" && process.getuid() === 0) process.setuid(65534);
await toDirectory(process.argv[1]).check({}, {}).then(
  () => process.stdout.write("usable"),
  (error) => process.stdout.write([error.code, error.retryable, error.message].join(" ")),
);`;

/** What the check answers to a user without rights: root may write everywhere. */
function asNobody(directory: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program, directory, "nobody"]);
  return String(stdout) || String(stderr);
}

/** What it answers where another disk is mounted. */
function mounted(directory: string, options: string, prepare: string): string {
  const script = `mount -t tmpfs ${options} none ${directory} && ${prepare} && exec "$0" --input-type=module -e "$1" ${directory}/out`;
  const { stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script, process.execPath, program]);
  return String(stdout) || String(stderr);
}

it("a directory at the path of toFile is found before anything is sent, and said to be one", async () => {
  const path = await temporaryDirectory();
  expect(await refusalOf(toFile(path))).toMatchObject({
    name: "DownloadError",
    code: "target",
    retryable: false,
    message: `${path} is a directory. Name a file in it, or use toDirectory.`,
  });
  expect(await refusalOf(toFile(join(path, "report.csv")))).toBeUndefined();
});
