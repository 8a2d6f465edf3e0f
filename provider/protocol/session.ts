import { narrowFields, type SchemaSet } from "../../model/schema-set.ts";
import type { Fields, Table } from "../../model/table.ts";
import { hasUnknown, type Values } from "../../model/values.ts";
import { isDestroying } from "./destroying.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import { schemaSet } from "./schema-set.ts";
import { storedBefore } from "./stored.ts";
import { DiagnosticsError, type DataSource, type Diagnostic, type Provider, type Resource } from "./resource.ts";

/** How long a client may take to close before the process ends regardless; the engine kills the process after 2 s. */
const CLOSE_TIMEOUT_MS = 1000;

/** State that one provider process keeps between calls: its configuration, the one client, and whether to stop. */
export class Session<Client> {
  readonly provider: Provider<Client>;
  /** The objects in the state known so far: listed up front, or shown. */
  readonly stored: Set<unknown>;
  /** Objects that the engine has shown: it passes each one before it acts on it, once everything it refers to is planned. */
  readonly shown = new Set<unknown>();
  /** Whether {@link stored} was complete from the start. */
  readonly knowsState: boolean;
  /** Whether the whole state is being destroyed, so that the configuration does not matter. */
  readonly destroying: boolean;
  /** The attributes that this run needs; undefined for all. */
  readonly #schema: SchemaSet | undefined;
  readonly #narrowed = new Map<Table, Fields>();
  readonly #stop = new AbortController();
  /** Rejects each call in progress. */
  readonly #underWay = new Set<(reason: unknown) => void>();
  readonly #resources: ReadonlyMap<string, Resource<Client>>;
  readonly #dataSources: ReadonlyMap<string, DataSource<Client>>;
  #configuration: Values | undefined;
  #client: Promise<Client> | undefined;
  #failureTold = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(provider: Provider<Client>, destroying = isDestroying(), schema = schemaSet()) {
    this.provider = provider;
    this.#schema = schema;
    this.destroying = destroying;
    this.#resources = new Map(provider.resources.map((one) => [one.table.type, one]));
    this.#dataSources = new Map(provider.dataSources.map((one) => [one.table.type, one]));
    const { ids, whole } = storedBefore(provider.resources);
    this.stored = new Set(ids);
    this.knowsState = whole;
  }

  /** Aborted when the engine asks the provider to stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The outcome of a call, or an error from outside that ends all calls; each then records its state. */
  async unlessFailed<T>(call: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (this.#failure !== undefined) reject(this.#failure.error);
    this.#underWay.add(reject);
    call.then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#underWay.delete(reject);
    }
  }

  /** @throws {DiagnosticsError} */
  resource(type: string | null | undefined): Resource<Client> {
    return this.#resources.get(type ?? "") ?? unknownType("resource type", type, this.#resources.keys());
  }

  /** @throws {DiagnosticsError} */
  dataSource(type: string | null | undefined): DataSource<Client> {
    return this.#dataSources.get(type ?? "") ?? unknownType("data source", type, this.#dataSources.keys());
  }

  /** A table's attributes in this run's schema. */
  fields(table: Table): Fields {
    if (this.#schema === undefined) return table.fields;
    let fields = this.#narrowed.get(table);
    if (fields === undefined) {
      const { resources, data } = this.#schema;
      const isData = this.#dataSources.get(table.type)?.table === table;
      fields = narrowFields(table.fields, (isData ? data : resources)[table.type]);
      this.#narrowed.set(table, fields);
    }
    return fields;
  }

  show(id: unknown): void {
    this.stored.add(id);
    this.shown.add(id);
  }

  configure(configuration: Values): void {
    this.#configuration = configuration;
  }

  /** Whether the provider configuration has values known only at apply: no client is available yet. */
  get awaitsConfiguration(): boolean {
    return hasUnknown(this.#configuration);
  }

  /**
   * The client of this process, connected by the first call that needs it. On failure, the first caller gets the full explanation and
   * the others one line, so that an unreachable host is explained once, not once per resource.
   */
  async client(): Promise<Client> {
    this.#client ??= this.#connect();
    try {
      return await this.#client;
    } catch (error) {
      const diagnostics = diagnosticsOf(error, "configure the provider").map(withoutPath);
      if (this.#failureTold) throw new DiagnosticsError(diagnostics.map(alreadyTold), { cause: error });
      this.#failureTold = true;
      throw new DiagnosticsError(diagnostics, { cause: error });
    }
  }

  async #connect(): Promise<Client> {
    if (this.#configuration === undefined) throw new Error("The engine used the provider before it configured it");
    if (this.awaitsConfiguration) throw new DiagnosticsError([configurationUnknown]);
    return this.provider.configure(this.#configuration, this.signal);
  }

  stop(): void {
    this.#stop.abort(new Error("stopped on the engine's request"));
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const reject of this.#underWay) reject(error);
    this.stop();
  }

  /** Aborts calls in progress and closes the client, if there is one. */
  async close(): Promise<void> {
    this.stop();
    if (this.#client === undefined) return;
    const closed = this.#client.then((client) => this.provider.close(client)).catch(() => {});
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    await Promise.race([closed, late]);
    clearTimeout(timer);
  }
}

const configurationUnknown: Diagnostic = {
  severity: "error",
  summary: "The provider's configuration is not known yet",
  detail:
    "A value in the provider block comes from a resource that is yet to be made, so there is no host to ask about this one.\n" +
    "  fix: apply what the provider block refers to first (`-target`), or give the provider block literal values or variables",
};

/** The path belongs to the provider block; the engine would look for it in the resource. */
const withoutPath = ({ severity, summary, detail }: Diagnostic): Diagnostic => ({
  severity,
  summary,
  ...(detail === undefined ? {} : { detail }),
});

const alreadyTold = (diagnostic: Diagnostic): Diagnostic => ({
  severity: diagnostic.severity,
  summary: diagnostic.summary,
  detail: "Not tried, for the same reason as the first error of this kind.",
});

function unknownType(kind: string, type: string | null | undefined, known: Iterable<string>): never {
  const summary = `This provider has no ${kind} ${type ?? ""}`;
  throw new DiagnosticsError([{ severity: "error", summary, detail: `It has: ${[...known].join(", ") || "none"}` }]);
}
