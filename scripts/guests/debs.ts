import { execFile } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { commandFailed } from "./errors.ts";

const execute = promisify(execFile);

/** Runs a command; returns its stdout. */
export async function run(command: string, args: readonly string[], options: { cwd?: string; timeout?: number } = {}): Promise<string> {
  try {
    const { stdout } = await execute(command, [...args], {
      maxBuffer: 64 << 20,
      timeout: 120_000,
      env: { ...process.env, LC_ALL: "C" },
      ...options,
    });
    return stdout;
  } catch (cause) {
    throw commandFailed(command, args, cause);
  }
}

/** The version that apt would install; nothing if apt does not know the package. */
export async function candidate(name: string): Promise<string | undefined> {
  const version = /^ {2}Candidate: (\S+)$/m.exec(await run("apt-cache", ["policy", name]))?.[1];
  return version === "(none)" ? undefined : version;
}

/** The dependencies of a package, first alternatives only. */
export async function dependencies(name: string): Promise<string[]> {
  const text = await run("apt-cache", [
    "depends",
    "--no-recommends",
    "--no-suggests",
    "--no-conflicts",
    "--no-breaks",
    "--no-replaces",
    "--no-enhances",
    name,
  ]);
  return [...text.matchAll(/^ {2}(?:Pre)?Depends: ([^<\s]+)$/gm)].map((match) => match[1] ?? "");
}

/** Downloads packages and extracts their files below `dir`, without installing them. */
export async function unpack(names: readonly string[], dir: string): Promise<void> {
  const downloads = join(dir, ".debs");
  await mkdir(downloads, { recursive: true });
  await run("apt-get", ["-q", "-o", "APT::Sandbox::User=root", "download", ...names], { cwd: downloads, timeout: 300_000 });
  for (const deb of await readdir(downloads)) await run("dpkg-deb", ["-x", join(downloads, deb), dir]);
  await rm(downloads, { recursive: true });
}
