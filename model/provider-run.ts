import type { Waiting } from "./waiting.ts";

/** One command of an engine, for a provider process that serves one after the other. */
export interface ProviderRun {
  /** The stack's folder. */
  readonly folder: string;
  /** The engine's arguments, after the program's name. */
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** What cdkvm tells a provider process that it started, in this order for each run. */
export type ToProvider =
  | { readonly begin: ProviderRun }
  /** The engine's process ID. */
  | { readonly engine: number }
  | { readonly end: true };

/** What the provider process answers. */
export type FromProvider =
  /** The run can begin: where the engine connects. */
  | { readonly socket: string }
  /** This process cannot serve the run, as if its folder is gone. */
  | { readonly refused: string }
  | { readonly waiting: Waiting };
