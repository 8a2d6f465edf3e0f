import { readFileSync } from "node:fs";
import type { ProviderRun } from "../../model/provider-run.ts";

/** What this process serves: the engine that started it, or one run of an engine after the other, if cdkvm started it. */
interface Current {
  readonly number: number;
  readonly engine: number;
  /** Those of the process that started this one, if undefined. */
  readonly args: readonly string[] | undefined;
}

let current: Current = { number: 0, engine: process.ppid, args: undefined };

/** Takes over a run's folder and environment. @throws if the folder is gone */
export function beginRun({ folder, args, env }: ProviderRun): void {
  process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  current = { number: current.number + 1, engine: process.ppid, args };
}

/** The engine has started. */
export function setEngine(pid: number): void {
  current = { ...current, engine: pid };
}

/** Leaves the run's folder, which may then be removed. */
export function endRun(): void {
  process.chdir("/");
  current = { number: current.number + 1, engine: process.ppid, args: [] };
}

/** Whether cdkvm started this process, and not an engine. */
export const isAttached = (): boolean => current.args !== undefined;

/** The process ID of the engine that is served. */
export const enginePid = (): number => current.engine;

/** The engine's arguments, after the program's name; none without /proc, where cdkvm sets environment variables. */
export function engineArguments(): readonly string[] {
  if (current.args !== undefined) return current.args;
  try {
    return readFileSync(`/proc/${current.engine}/cmdline`, "utf8").split("\0").slice(1, -1);
  } catch {
    return [];
  }
}

/** A value that is made anew for each run. */
export function perRun<T>(make: () => T): () => T {
  let made: { readonly run: number; readonly value: T } | undefined;
  return () => {
    if (made?.run !== current.number) made = { run: current.number, value: make() };
    return made.value;
  };
}
