import type { Table } from "../../model/table.ts";
import type { AttributePath, Value, Values } from "../../model/values.ts";

export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** One line. */
  readonly summary: string;
  /** What was being done, the value, the likely cause and the fix. */
  readonly detail?: string;
  readonly path?: AttributePath;
}

/** Thrown by a handler: what the engine shows instead of a result. */
export class DiagnosticsError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics.map((one) => one.summary).join("; "), options);
    this.name = "DiagnosticsError";
    this.diagnostics = diagnostics;
  }
}

/** What a handler gets with each call. */
export interface Context<Client> {
  readonly client: Client;
  /** Aborted when the engine asks the provider to stop (Ctrl-C). */
  readonly signal: AbortSignal;
  /** Adds a warning to the result. */
  readonly warn: (diagnostic: Omit<Diagnostic, "severity">) => void;
  /** Apply only: the state to record if the handler throws after this call; without a call, nothing was created. */
  keep(state: Values): void;
  /** Private data that the engine stores with the state, JSON. */
  readonly private: Value;
  setPrivate(value: Value): void;
  /**
   * Declares that the answer may differ from what the engine expects: a plan from the configuration, a new state from the plan. Else the
   * engine treats a difference as a provider bug.
   */
  differs(): void;
  /** Whether the engine's state has this object, by its {@link Resource.idOf}, as far as is known so far. */
  readonly isStored: (id: string) => boolean;
  /** Whether the whole state is known: an object that {@link isStored} does not know is then in no resource of it. */
  readonly knowsState: boolean;
  /** Whether the engine has reached this object of the state in this run. */
  readonly isShown: (id: string) => boolean;
}

export interface PlanRequest {
  /** `null` for a new resource. */
  readonly prior: Values | null;
  /** The configuration merged with the computed values of the prior state, as the engine proposes it. */
  readonly proposed: Values;
  readonly config: Values;
}

export interface PlanResult {
  readonly planned: Values;
  /** The attributes whose change requires replacement. */
  readonly replace?: readonly AttributePath[];
}

/** One managed resource. Handlers throw {@link DiagnosticsError} or any error; what existed before stays untouched. */
export interface Resource<Client> {
  readonly table: Table;
  /** Identifies an object among all others of its kind on a host, from its state. */
  readonly idOf?: (stored: Readonly<Record<string, unknown>>) => unknown;
  /** Checks that need no host; the configuration may hold unknown values. */
  validate?(config: Values): readonly Diagnostic[];
  plan(request: PlanRequest, context: Context<Client>): Promise<PlanResult>;
  /** May refuse (protect) by throwing. */
  planDestroy?(prior: Values, context: Context<Client>): Promise<void>;
  create(planned: Values, config: Values, context: Context<Client>): Promise<Values>;
  /** `null` if the object is gone; any other failure throws. */
  read(state: Values, context: Context<Client>): Promise<Values | null>;
  update(prior: Values, planned: Values, config: Values, context: Context<Client>): Promise<Values>;
  delete(prior: Values, context: Context<Client>): Promise<void>;
  /** The state of an existing object; the engine reads it right after. */
  import(id: string, context: Context<Client>): Promise<Values>;
}

export interface DataSource<Client> {
  readonly table: Table;
  validate?(config: Values): readonly Diagnostic[];
  read(config: Values, context: Context<Client>): Promise<Values>;
}

/** Everything that one provider process serves. */
export interface Provider<Client> {
  /** The attributes of the provider block. */
  readonly table: Table;
  readonly resources: readonly Resource<Client>[];
  readonly dataSources: readonly DataSource<Client>[];
  /** Called at most once per process, when the first call needs it; the engine's `ConfigureProvider` only passes the values. */
  configure(config: Values, signal: AbortSignal): Promise<Client>;
  close(client: Client): Promise<void>;
}
