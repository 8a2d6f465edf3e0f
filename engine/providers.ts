import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { EMBEDDED_SOURCE } from "../model/embedded-source.ts";
import type { ProviderRun } from "../model/provider-run.ts";
import type { Waiting } from "../model/waiting.ts";
import { ProviderProcess } from "./provider-process.ts";

/** A provider for one command of an engine. */
export interface BorrowedProvider {
  /** Lets the engine find it. */
  readonly env: Readonly<Record<string, string>>;
  engineStarted(pid: number): void;
  /** After a success it serves other runs. Otherwise it may still be at work, and ends; what it wrote if it had ended before. */
  giveBack(succeeded: boolean): string | undefined;
}

/** Processes that serve no engine, by what they were started with. */
const resting = new Map<string, ProviderProcess[]>();

/**
 * cdkvm's provider for one command of an engine, started here: an engine would start one for each step, which costs more than the
 * work on a small stack. Undefined if the stack has none, or one that only an engine can start; the engine then does.
 */
export async function borrowProvider(
  run: ProviderRun,
  onWaiting: ((waiting: Waiting) => void) | undefined,
): Promise<BorrowedProvider | undefined> {
  const found = await findLauncher(run);
  if (found === undefined) return undefined;
  const { launcher, idle } = found;
  for (let process = idle.pop(); ; process = idle.pop()) {
    if (process?.runs === false) continue;
    const provider = process ?? new ProviderProcess(launcher, run);
    const socket = await provider.begin(run, onWaiting);
    if (socket !== undefined) return lend(provider, socket, idle);
    void provider.end();
    if (process === undefined) return undefined;
  }
}

/** Starts a provider for the stack if none rests, for a command that is about to come. */
export async function warmProvider(run: Pick<ProviderRun, "folder" | "env">): Promise<void> {
  const found = await findLauncher(run);
  if (found?.idle.length === 0) found.idle.push(new ProviderProcess(found.launcher, run));
}

/** Ends all processes that serve no engine. */
export async function endProviders(): Promise<void> {
  const all = [...resting.values()].flat();
  resting.clear();
  await Promise.all(all.map((one) => one.end()));
}

function lend(provider: ProviderProcess, socket: string, idle: ProviderProcess[]): BorrowedProvider {
  const address = { Network: "unix", String: socket };
  const reattach = { Protocol: "grpc", ProtocolVersion: 6, Pid: provider.pid, Test: true, Addr: address };
  return {
    env: { TF_REATTACH_PROVIDERS: JSON.stringify({ [EMBEDDED_SOURCE]: reattach }) },
    engineStarted: (pid) => provider.engineStarted(pid),
    giveBack(succeeded) {
      if (!provider.runs) return provider.stderr;
      provider.endRun();
      if (succeeded) idle.push(provider);
      else void provider.end();
      return undefined;
    },
  };
}

interface Launcher {
  /** The program in the stack's folder. */
  readonly launcher: string;
  /** The resting processes of what it starts: Node.js and the provider's bundle. */
  readonly idle: ProviderProcess[];
}

async function findLauncher({ folder, env }: Pick<ProviderRun, "folder" | "env">): Promise<Launcher | undefined> {
  if (env["TF_REATTACH_PROVIDERS"] !== undefined) return undefined;
  if (env["TF_LOG"] !== undefined) return undefined; // an engine logs what the providers that it starts write
  try {
    const files = await readdir(join(folder, "terraform.d/plugins", EMBEDDED_SOURCE), { recursive: true, withFileTypes: true });
    const file = files.findLast((one) => !one.isDirectory() && one.name.startsWith("terraform-provider-"));
    if (file === undefined) return undefined;
    const starts = await readFile(join(folder, "terraform.d/cdkvm-provider"), "utf8");
    const idle = resting.get(starts) ?? [];
    resting.set(starts, idle);
    return { launcher: join(file.parentPath, file.name), idle };
  } catch {
    return undefined;
  }
}
