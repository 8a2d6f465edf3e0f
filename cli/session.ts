import { waitingWords } from "../model/waiting.ts";
import { Engine, type FoundEngine, requireEngine } from "../engine/index.ts";
import { printable } from "./print.ts";
import { findProject } from "./project.ts";
import { DEFAULT_LOCK_TIMEOUT } from "./options.ts";
import type { Stack } from "./stack.ts";
import { chooseStacks, synthesize, synthesizedBefore } from "./synthesize.ts";
import { Terminal } from "./terminal.ts";
import { untrustedProgram } from "./usage-errors.ts";

/** Common options of `plan`, `apply`, `destroy` and similar. */
export interface SessionOptions {
  /** The named stacks. */
  readonly _: readonly string[];
  readonly app?: string | undefined;
  readonly output?: string | undefined;
  readonly json?: boolean | undefined;
  readonly color?: boolean | undefined;
  /** The fleet file may be untrusted. */
  readonly untrusted?: boolean | undefined;
  /** Whether to write a fleet file's lock file or require it to be complete. Default: only read it. */
  readonly lock?: "write" | "frozen";
  /** Whether the command runs an engine. @default true */
  readonly runsEngine?: false;
  /** Runs no program: uses the stacks of an earlier run. */
  readonly synthesized?: boolean;
}

export interface Session {
  readonly terminal: Terminal;
  readonly all: readonly Stack[];
  readonly stacks: readonly Stack[];
}

/** Synthesizes the project and selects the stacks. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const terminal = new Terminal({
    ...(options.color !== undefined && { color: options.color }),
    ...(options.json !== undefined && { json: options.json }),
  });
  const { project, stacks } = findProject(options._, options);
  if (options.untrusted === true && project.env["CDKVM_FLEET"] === undefined) throw untrustedProgram();
  if (options.synthesized) {
    const all = synthesizedBefore(project);
    return { terminal, all, stacks: chooseStacks(all, stacks) };
  }
  if (options.runsEngine !== false) engineOfRun().catch(() => {}); // while the program runs; reported where it is used
  const lock = options.lock === undefined ? {} : { CDKVM_FLEET_LOCK: options.lock };
  const untrusted = options.untrusted === true ? { CDKVM_FLEET_UNTRUSTED: "1" } : {};
  const all = await synthesize(project, terminal, { ...lock, ...untrusted });
  return { terminal, all, stacks: chooseStacks(all, stacks) };
}

export interface OpenEngineOptions {
  /** Aborts the engine's run. */
  readonly abort?: AbortSignal;
  /** Seconds. */
  readonly lockTimeout?: number;
  /** Allow removing what guests of other states use. @default false */
  readonly allowInUse?: boolean;
  /** Ignore the configuration except for its providers: everything in the state is to be destroyed. */
  readonly destroy?: boolean;
}

let engine: Promise<FoundEngine> | undefined;

/** The engine of this run, looked for once: it is the same for all stacks. */
const engineOfRun = (): Promise<FoundEngine> => (engine ??= requireEngine());

/** An initialized engine in a stack's folder. */
export async function openEngine(
  stack: Stack,
  terminal: Terminal,
  { abort, lockTimeout, allowInUse, destroy }: OpenEngineOptions = {},
): Promise<Engine> {
  const opened = new Engine(await engineOfRun(), stack.folder, {
    env: {
      ...process.env,
      CDKVM_REVIEWED: "1",
      ...(allowInUse && { CDKVM_ALLOW_IN_USE: "1" }),
      ...(destroy && { CDKVM_DESTROY: "1" }),
    },
    stack: stack.name,
    ...(stack.typed !== undefined && { typed: stack.typed }),
    ...(abort && { abort }),
    onErrorLine: (line) => process.stderr.write(`${printable(line, false)}\n`),
    onWaiting: (waiting) => terminal.warn(waitingWords(waiting)),
  });
  const { ran, reason } = await opened.init({ lockTimeout: lockTimeout ?? DEFAULT_LOCK_TIMEOUT });
  if (ran && reason !== undefined && process.env["CDKVM_DEBUG"]) terminal.say(`${stack.name}: init: ${reason}`);
  return opened;
}
