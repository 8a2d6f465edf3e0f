import { hostname, userInfo } from "node:os";
import type { Diagnostic } from "./diagnostics.ts";
import { type ChangeSummary, parseEvent } from "./events.ts";
import { engineFailure } from "./failure.ts";
import type { FoundEngine } from "./find.ts";
import { keepLocalState, restoreLocalState } from "./local-state.ts";
import { lockOf } from "./lock.ts";
import type { EngineOptions, Progress } from "./options.ts";
import { type Finished, runProcess } from "./process.ts";
import { borrowProvider, warmProvider } from "./providers.ts";

/** Variables for one command, in addition to those of all commands. */
export type MoreEnvironment = Readonly<Record<string, string>>;

/** Runs an engine's commands in one stack's folder. */
export class EngineRunner {
  readonly #found: FoundEngine;
  readonly #folder: string;
  /** The engine's folder in the stack's. */
  readonly #data: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #options: EngineOptions;

  constructor(found: FoundEngine, folder: string, data: string, env: Readonly<Record<string, string>>, options: EngineOptions) {
    this.#found = found;
    this.#folder = folder;
    this.#data = data;
    this.#env = env;
    this.#options = options;
  }

  /** Starts what a command that uses providers needs, in the background. */
  warm(): void {
    void warmProvider({ folder: this.#folder, env: this.#env });
  }

  /** Runs a command to its end, whatever its exit code. */
  async run(args: readonly string[], onLine?: (line: string) => void, env: MoreEnvironment = {}): Promise<Finished> {
    const { abort, onErrorLine, onWaiting } = this.#options;
    const restored = await restoreLocalState(this.#folder, this.#data);
    await keepLocalState(this.#folder, this.#data);
    if (restored !== undefined)
      onErrorLine?.(
        `the state ${restored} was truncated, as happens when a process is killed while writing it; restored it from its backup`,
      );
    const all = { ...this.#env, ...env, PGAPPNAME: this.#env["PGAPPNAME"] ?? this.#sessionName(args[0] ?? "") };
    const provider = USES_PROVIDERS.has(args[0] ?? "")
      ? await borrowProvider({ folder: this.#folder, args, env: all }, onWaiting)
      : undefined;
    let succeeded = false;
    try {
      const finished = await runProcess(this.#found.path, args, {
        cwd: this.#folder,
        env: { ...all, ...provider?.env },
        ...(provider && { onStart: (pid) => provider.engineStarted(pid) }),
        ...(onLine ? { onLine } : {}),
        ...(abort ? { abort } : {}),
        ...(onErrorLine ? { onErrorLine } : {}),
      });
      succeeded = finished.code === 0 || finished.code === 2;
      return finished;
    } finally {
      const lastWords = provider?.giveBack(succeeded);
      if (lastWords) onErrorLine?.(`cdkvm's provider ended: ${lastWords.trim()}`);
    }
  }

  /** Shows others in the database who holds a state's lock. https://www.postgresql.org/docs/current/libpq-envars.html */
  #sessionName(command: string): string {
    return `cdkvm ${command}, ${userInfo().username}@${hostname()}`.slice(0, 63);
  }

  /** The standard output of a command that must succeed. */
  async text(command: string, args: readonly string[], env: MoreEnvironment = {}): Promise<string> {
    const finished = await this.run([...command.split(" "), ...args], undefined, env);
    if (finished.code !== 0) throw await this.failure(command, finished);
    return finished.stdout;
  }

  /** Runs a command that reports events, to a good exit code. */
  async stream(
    command: string,
    args: readonly string[],
    onEvent: Progress["onEvent"],
    good: readonly number[] = [0],
    env: MoreEnvironment = {},
  ) {
    const diagnostics: Diagnostic[] = [];
    const summaries: ChangeSummary[] = [];
    const onLine = (line: string): void => {
      const event = parseEvent(line);
      if (event.type === "diagnostic") diagnostics.push(event.diagnostic);
      if (event.type === "change_summary") summaries.push(event.changes);
      onEvent?.(event);
    };
    const finished = await this.run([command, "-json", "-input=false", "-no-color", ...args], onLine, env);
    if (finished.code === null || !good.includes(finished.code)) throw await this.failure(command, finished, diagnostics);
    const summary = summaries.at(-1);
    return { finished, diagnostics, ...(summary ? { summary } : {}) };
  }

  /** The error of a command that failed. */
  failure(command: string, finished: Finished, diagnostics: readonly Diagnostic[] = []): Promise<Error> {
    const { stack, typed = stack } = this.#options;
    return engineFailure({
      program: this.#found.kind,
      command,
      folder: this.#folder,
      finished,
      diagnostics,
      ...(stack !== undefined && typed !== undefined && { stack, typed }),
      lockOf: (refusal) => lockOf(refusal, this.#folder, this.#data, this.#env),
    });
  }
}

/** The commands for which an engine starts providers. */
const USES_PROVIDERS: ReadonlySet<string> = new Set(["plan", "apply", "destroy", "import", "show", "validate"]);
