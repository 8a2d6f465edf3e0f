import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface Commit {
  readonly commit: string;
  /** Whether tracked files differ from it. */
  readonly dirty: boolean;
}

const run = promisify(execFile);

/** The checked out commit; undefined outside a git repository, before its first commit, and without git. */
export async function commitOf(folder: string): Promise<Commit | undefined> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run("git", ["--no-optional-locks", ...args], { cwd: folder })).stdout.trim();
  try {
    const commit = await git("rev-parse", "--verify", "HEAD");
    return { commit, dirty: (await git("status", "--porcelain", "--untracked-files=no")) !== "" };
  } catch {
    return undefined;
  }
}
