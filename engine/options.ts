import type { SchemaSet } from "../model/schema-set.ts";
import type { Waiting } from "../model/waiting.ts";
import type { Diagnostic } from "./diagnostics.ts";
import type { Environment } from "./environment.ts";
import type { ChangeSummary, EngineEvent } from "./events.ts";

export interface EngineOptions {
  /** The user's name for what is in the folder, for errors. */
  readonly stack?: string;
  /** What the user types for it, for commands in error messages: `kvm1`, or `kvm1 lab.yaml`. @default the stack's name */
  readonly typed?: string;
  /** @default process.env */
  readonly env?: Environment;
  /** The engine's log level (TF_LOG) on standard error. @default none, whatever the environment says */
  readonly log?: string;
  /** Aborting interrupts the command, as Ctrl-C does. */
  readonly abort?: AbortSignal;
  /** Called for each line that the engine writes to standard error. */
  readonly onErrorLine?: (line: string) => void;
  /** Called while cdkvm's provider waits for libvirt. */
  readonly onWaiting?: (waiting: Waiting) => void;
}

export interface Progress {
  /** Called for each event as it happens. */
  readonly onEvent?: (event: EngineEvent) => void;
}

export interface InitOptions {
  /** Runs init even if the last one is still valid. @default false */
  readonly force?: boolean;
  /** Use the newest providers and modules allowed. @default false */
  readonly upgrade?: boolean;
  /** Use a changed backend without migrating state. @default false */
  readonly reconfigure?: boolean;
  /** How long to wait for the lock of a state that is being created, in seconds. @default 0 */
  readonly lockTimeout?: number;
  /** Called for each line that init prints. */
  readonly onLine?: (line: string) => void;
}

export interface LockOptions {
  /** How long to wait for the state's lock, in seconds. @default 0 */
  readonly lockTimeout?: number;
  /** How many resources at once. @default the engine's own: 10 */
  readonly parallelism?: number;
}

export interface PlanOptions extends LockOptions, Progress {
  /** Path for the plan; it contains secrets in clear and gets mode 0600. @default cdkvm.tfplan in .terraform */
  readonly out?: string;
  /** Plan to destroy everything. @default false */
  readonly destroy?: boolean;
  /** Only refresh the state. @default false */
  readonly refreshOnly?: boolean;
  /** Refresh before planning. @default true */
  readonly refresh?: boolean;
  /** Only these addresses and their dependencies. */
  readonly targets?: readonly string[];
  /** Replace these even if unchanged. */
  readonly replace?: readonly string[];
  /** Tell the provider in advance which objects are in the state. @default each only when the engine reaches it */
  readonly tellState?: boolean;
}

export interface PlanResult {
  /** Whether applying would change anything, outputs included. */
  readonly changes: boolean;
  /** As in `plan -detailed-exitcode`: 0 without changes, 2 with. */
  readonly exitCode: 0 | 2;
  /** The saved plan's path. */
  readonly file: string;
  /** The attributes that it was made with, to be kept with a copy of the file. @default all */
  readonly schema?: SchemaSet;
  readonly summary?: ChangeSummary;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ApplyOptions extends LockOptions, Progress {
  /** A saved plan; if omitted, the configuration is planned and applied at once, without confirmation. */
  readonly plan?: string;
  readonly targets?: readonly string[];
  readonly replace?: readonly string[];
}

export interface ApplyResult {
  readonly summary?: ChangeSummary;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ValidateResult {
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}
