import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { FromProvider, ProviderRun, ToProvider } from "../model/provider-run.ts";
import type { Waiting } from "../model/waiting.ts";
import { privately } from "./private.ts";

/** How long a provider may take to start: `node` on a busy machine. */
const START_MS = 20_000;
const KEPT_ERROR = 8 * 1024;

/**
 * cdkvm's provider, started by this program. It serves one run of an engine at a time; while it serves none, it does not keep this
 * program alive. It ends with this program, or with the last engine that is connected to it.
 */
export class ProviderProcess {
  readonly #child: ChildProcess;
  #stderr = "";
  #answer: ((message: FromProvider | undefined) => void) | undefined;
  #onWaiting: ((waiting: Waiting) => void) | undefined;
  /** Its socket's; it removes it, unless it is killed. */
  #folder: string | undefined;
  readonly #exited: Promise<void>;

  /** @param launcher the provider's program, as an engine would start it */
  constructor(launcher: string, { folder, env }: Pick<ProviderRun, "folder" | "env">) {
    this.#child = privately(() =>
      spawn(launcher, [], {
        cwd: folder,
        env: { ...env, CDKVM_ATTACHED: "1" },
        detached: true,
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      }),
    );
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-KEPT_ERROR)));
    this.#child.on("message", (message: FromProvider) => {
      if ("waiting" in message) this.#onWaiting?.(message.waiting);
      else this.#answer?.(message);
    });
    this.#exited = new Promise((resolve) => {
      const end = (): void => {
        resolve();
        this.#answer?.(undefined);
        if (this.#folder !== undefined) void rm(this.#folder, { recursive: true, force: true });
      };
      this.#child.once("exit", end).once("error", end);
    });
    this.#rest();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected;
  }

  /** What it wrote about itself, as when it ran out of memory. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The socket to which this run's engine connects; undefined if the process cannot serve it. */
  async begin(run: ProviderRun, onWaiting: ((waiting: Waiting) => void) | undefined): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<FromProvider | undefined>();
    this.#onWaiting = onWaiting;
    this.#answer = resolve;
    this.#child.channel?.ref();
    const late = setTimeout(() => resolve(undefined), START_MS);
    this.#tell({ begin: run });
    const answer = await promise;
    clearTimeout(late);
    this.#answer = undefined;
    this.#rest();
    if (answer === undefined || !("socket" in answer)) return undefined;
    this.#folder = dirname(answer.socket);
    return answer.socket;
  }

  engineStarted(pid: number): void {
    this.#tell({ engine: pid });
  }

  endRun(): void {
    this.#onWaiting = undefined;
    this.#tell({ end: true });
  }

  /** Ends the process; it first closes what it has open. */
  async end(): Promise<void> {
    if (this.#child.connected) {
      this.#tell({ end: true });
      this.#child.disconnect();
    }
    this.#child.ref();
    await this.#exited;
  }

  #tell(message: ToProvider): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // if it has ended, the engine reports it
  }

  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    (this.#child.stderr as (NodeJS.ReadableStream & { unref?: () => void }) | null)?.unref?.();
  }
}
