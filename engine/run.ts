import { randomUUID } from "node:crypto";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SECRETS_OUTPUT } from "../model/secrets.ts";
import { SCHEMA_NARROW, type SchemaSet } from "../model/schema-set.ts";
import { readBackend } from "./backend.ts";
import { type Diagnostic, EngineError, parseDiagnostics, plainText } from "./diagnostics.ts";
import { engineEnvironment } from "./environment.ts";
import { cannotRelease } from "./errors.ts";
import { type EngineKind, type FoundEngine, requireEngine } from "./find.ts";
import { parseFormat } from "./format.ts";
import { dataFolder, dropStaleLocal, initReason, rememberInit } from "./init.ts";
import { isInFile, isSameLocalState, readLocalState } from "./local-state.ts";
import { isLocked, lockOf } from "./lock.ts";
import type { Lock } from "./lock-holder.ts";
import { endSession } from "./postgres.ts";
import type {
  ApplyOptions,
  ApplyResult,
  EngineOptions,
  InitOptions,
  LockOptions,
  PlanOptions,
  PlanResult,
  ValidateResult,
} from "./options.ts";
import { parsePlan, type Plan } from "./plan.ts";
import { EngineRunner, type MoreEnvironment } from "./runner.ts";
import { schemaIn, stateOfPlan } from "./saved-plan.ts";
import { configurationNeeds } from "./schema-set.ts";
import { stateObjects } from "./state-objects.ts";
import { isOfState, type OutputValue, parseState, type RawState, type State } from "./state.ts";

/**
 * OpenTofu or Terraform in a stack's folder. Each method is one command; if it fails, it throws an EngineError with the
 * engine's diagnostics: CDKVM_ENGINE_FAILED, CDKVM_STATE_LOCKED or CDKVM_ENGINE_INTERRUPTED.
 * While it runs, SIGINT, SIGTERM and SIGHUP to this process are forwarded to the engine, which then saves its state.
 */
export class Engine {
  readonly kind: EngineKind;
  readonly version: string;
  readonly path: string;
  readonly folder: string;
  readonly #found: FoundEngine;
  readonly #env: Record<string, string>;
  readonly #runner: EngineRunner;
  /** The engine's folder in the stack's. */
  readonly #data: string;
  /** The last plan that this engine made, and the attributes that it was made with; see {@link SchemaSet}. */
  #planned: { readonly file: string; readonly schema: SchemaSet | undefined } | undefined;

  constructor(found: FoundEngine, folder: string, options: EngineOptions = {}) {
    this.#found = found;
    this.kind = found.kind;
    this.version = found.version;
    this.path = found.path;
    this.folder = resolve(folder);
    this.#env = engineEnvironment(options.env, options.log === undefined ? {} : { log: options.log });
    this.#data = dataFolder(this.folder, this.#env);
    this.#runner = new EngineRunner(found, this.folder, this.#data, this.#env, options);
  }

  /** Finds an engine (see findEngine) for the folder. Throws CDKVM_ENGINE_MISSING. */
  static async open(folder: string, options: EngineOptions = {}): Promise<Engine> {
    return new Engine(await requireEngine(options.env), folder, options);
  }

  /** Initializes backend, providers and modules; skipped if the last init is still valid. Reports why it ran. */
  async init(options: InitOptions = {}): Promise<{ readonly ran: boolean; readonly reason?: string }> {
    const asked = options.force || options.upgrade || options.reconfigure;
    const reason = asked ? "requested" : await initReason(this.folder, this.#found, this.#env);
    if (reason === undefined) return { ran: false };
    await dropStaleLocal(this.folder);
    const reconfigure = options.reconfigure || (await isSameLocalState(this.folder, this.#data));
    const args = ["init", "-input=false", "-no-color", ...flag("-upgrade", options.upgrade), ...flag("-reconfigure", reconfigure)];
    let finished = await this.#runner.run(args, options.onLine);
    for (let again = 0; again < FIRST_USES && finished.code !== 0 && isRaceOfFirstUse(finished.stderr); again++) {
      await delay(200 + Math.random() * 800);
      finished = await this.#runner.run(args, options.onLine);
    }
    if (finished.code !== 0) throw await this.#runner.failure("init", finished);
    await this.#firstState(options.lockTimeout);
    await rememberInit(this.folder, this.#found, this.#env);
    return { ran: true, reason };
  }

  /** Validates the configuration without state; an invalid one is a result, not an error. */
  async validate(): Promise<ValidateResult> {
    const finished = await this.#runner.run(["validate", "-json", "-no-color"]);
    if (!finished.stdout.trimStart().startsWith("{")) throw await this.#runner.failure("validate", finished);
    const document = parseFormat(finished.stdout, "validate", [0, 1]);
    const diagnostics = (document["diagnostics"] ?? []) as Partial<Diagnostic>[];
    return {
      valid: document["valid"] === true,
      diagnostics: diagnostics.map((one) => ({ severity: "error", summary: "", detail: "", ...one })),
    };
  }

  async plan(options: PlanOptions = {}): Promise<PlanResult> {
    this.#runner.warm();
    const file = options.out === undefined ? join(this.#data, "cdkvm.tfplan") : resolve(this.folder, options.out);
    await mkdir(dirname(file), { recursive: true });
    // An engine keeps the mode of an existing file, and would make a new one world-readable.
    await writeFile(file, "");
    await chmod(file, 0o600);
    const args = [
      "-detailed-exitcode",
      `-out=${file}`,
      ...flag("-destroy", options.destroy),
      ...flag("-refresh-only", options.refreshOnly),
    ];
    if (options.refresh === false) args.push("-refresh=false");
    const run = (env: MoreEnvironment) => this.#plan([...args, ...common(options)], options, file, env);
    const { finished, schema, ...result } = (await this.#planNarrowly(options, file, run)) ?? {
      ...(await run(schemaEnvironment(undefined))),
      schema: undefined,
    };
    this.#planned = { file, schema };
    return { ...result, ...(schema && { schema }), changes: finished.code === 2, exitCode: finished.code === 2 ? 2 : 0, file };
  }

  async apply(options: ApplyOptions = {}): Promise<ApplyResult> {
    this.#runner.warm();
    const args =
      options.plan === undefined ? ["-auto-approve", ...common(options)] : [...common(options), resolve(this.folder, options.plan)];
    const env = options.plan === undefined ? {} : await this.#schemaOf(options.plan);
    const { finished: _, ...result } = await this.#runner.stream("apply", args, options.onEvent, [0], env);
    return result;
  }

  /** Destroys everything in the state, or the targets, without confirmation. */
  async destroy(options: Omit<ApplyOptions, "plan" | "replace"> = {}): Promise<ApplyResult> {
    const { finished: _, ...result } = await this.#runner.stream("destroy", ["-auto-approve", ...common(options)], options.onEvent);
    return result;
  }

  /** The program's outputs. */
  async output(): Promise<Readonly<Record<string, OutputValue>>> {
    const { [SECRETS_OUTPUT]: _, ...outputs } = JSON.parse(await this.#runner.text("output", ["-json", "-no-color"])) as Record<
      string,
      OutputValue
    >;
    return outputs;
  }

  /** A saved plan. */
  async show(file: string): Promise<Plan> {
    return parsePlan(await this.showJson(file));
  }

  /** A saved plan as the engine's JSON. */
  async showJson(file: string): Promise<string> {
    return await this.#runner.text("show", ["-json", "-no-color", resolve(this.folder, file)], await this.#schemaOf(file));
  }

  /** A saved plan as the engine displays it. */
  async showText(file: string): Promise<string> {
    return await this.#runner.text("show", ["-no-color", resolve(this.folder, file)], await this.#schemaOf(file));
  }

  /** The state, decoded by the providers' schemas; without resources if none exists. */
  async state(): Promise<State> {
    return parseState(await this.#runner.text("show", ["-json", "-no-color"]));
  }

  /** The addresses in the state. */
  async stateList(): Promise<string[]> {
    const finished = await this.#runner.run(["state", "list"]);
    if (finished.code !== 0 && plainText(finished.stderr).includes("No state file was found")) return [];
    if (finished.code !== 0) throw await this.#runner.failure("state list", finished);
    return finished.stdout.split("\n").filter((line) => line !== "");
  }

  /** The raw state, undefined if there is none. */
  async statePull(): Promise<RawState | undefined> {
    const text = await this.#runner.text("state pull", []);
    const state = text.trim() === "" ? undefined : (JSON.parse(text) as RawState);
    return state?.lineage === "" ? undefined : state; // OpenTofu prints an empty one if there is none
  }

  /** Removes a resource from the state only. */
  async stateRemove(address: string): Promise<void> {
    await this.#runner.text("state rm", [address]);
  }

  /** Imports the object with the provider's id into the state at an address that the configuration must contain. */
  async import(address: string, id: string, options: LockOptions = {}): Promise<void> {
    await this.#runner.text("import", ["-input=false", "-no-color", ...common(options), address, id]);
  }

  /** The holder of the state's lock, undefined if there is none. It checks by acquiring the lock briefly. */
  async lock(): Promise<Lock | undefined> {
    const finished = await this.#runner.run(["untaint", "-allow-missing", "-lock-timeout=0s", "-no-color", "terraform_data.cdkvm-lock"]);
    if (finished.code === 0) return undefined;
    const refusal = parseDiagnostics(finished.stderr).find(isLocked);
    if (!refusal) throw await this.#runner.failure("untaint", finished);
    return await lockOf(refusal, this.folder, this.#data, this.#env);
  }

  /** Releases a lock that someone else holds. Throws CDKVM_LOCK_KEPT if that is not possible. */
  async unlock(lock: Lock): Promise<void> {
    const { by } = lock;
    if (by && "session" in by && (await endSession(by.backend, by.session, this.#env))) return;
    if (by && "id" in by) return void (await this.#runner.text("force-unlock", ["-force", "-no-color", by.id]));
    throw cannotRelease(lock);
  }

  /**
   * Creates the empty state of a new stack in a PostgreSQL database: creating the first state of any stack there locks all
   * others, which must not last for a whole apply.
   */
  async #firstState(lockTimeout = 0): Promise<void> {
    if ((await readBackend(this.#data)).type !== "pg" || (await this.statePull()) !== undefined) return;
    const path = join(this.#data, "cdkvm-first.tfstate");
    const state = { version: 4, terraform_version: this.version, serial: 1, lineage: randomUUID(), outputs: {}, resources: [] };
    await writeFile(path, JSON.stringify(state));
    try {
      await this.#runner.text("state push", [`-lock-timeout=${lockTimeout}s`, path]);
    } catch (error) {
      if ((await this.statePull()) === undefined) throw error; // else someone else was first
    } finally {
      await rm(path, { force: true });
    }
  }

  async #plan(args: readonly string[], { tellState, onEvent }: PlanOptions, file: string, env: MoreEnvironment) {
    const objects = join(this.#data, "cdkvm-objects.json");
    try {
      if (tellState) await writeFile(objects, JSON.stringify(stateObjects(await this.statePull())), { mode: 0o600 });
      return await this.#runner.stream("plan", args, onEvent, [0, 2], { ...env, ...(tellState && { CDKVM_STATE_OBJECTS: objects }) });
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      if (tellState) await rm(objects, { force: true });
    }
  }

  /**
   * A plan with only the attributes that it needs; undefined if it needs them all. An engine drops from a state what the schema
   * lacks, before the provider sees it, so the state is read first, and the plan must be of that very state. Objects that a targeted
   * plan does not visit keep the form that they were stored in. Which state an encrypted plan is of cannot be read.
   */
  async #planNarrowly<T>({ targets = [] }: PlanOptions, file: string, run: (env: MoreEnvironment) => Promise<T>) {
    if (this.#env["CDKVM_SCHEMA"] === "full" || this.#env["TF_ENCRYPTION"] || targets.length > 0) return undefined;
    const needs = await configurationNeeds(this.folder);
    if (needs === undefined) return undefined;
    const state = await this.#rawState();
    if (state === "unreadable") return undefined;
    needs.addState(state ?? {});
    const schema = needs.set;
    try {
      const result = await run(schemaEnvironment(schema));
      const made = await stateOfPlan(file);
      return made !== "unreadable" && isOfState(made, state) ? { ...result, schema } : undefined;
    } catch (error) {
      if (isTooNarrow(error)) return undefined;
      throw error;
    }
  }

  /** As {@link statePull}, without an engine if the state is a file here. */
  async #rawState(): Promise<RawState | "unreadable" | undefined> {
    return (await isInFile(this.#data, this.#env)) ? await readLocalState(this.folder, this.#data) : await this.statePull();
  }

  /** The environment to read a saved plan with: its values have the form of the attributes that it was made with. */
  async #schemaOf(plan: string): Promise<MoreEnvironment> {
    const file = resolve(this.folder, plan);
    return schemaEnvironment(this.#planned?.file === file ? this.#planned.schema : await schemaIn(file));
  }
}

const schemaEnvironment = (schema: SchemaSet | undefined): MoreEnvironment => ({
  CDKVM_SCHEMA: schema === undefined ? "full" : JSON.stringify(schema),
});

const isTooNarrow = (error: unknown): boolean => error instanceof EngineError && error.causes.some(({ code }) => code === SCHEMA_NARROW);

/** How often `init` is retried when several runs use a database for the first time at once. */
const FIRST_USES = 5;

/** PostgreSQL's errors when two clients create the same schema or table at once, even with IF NOT EXISTS. */
const isRaceOfFirstUse = (stderr: string): boolean => /duplicate key value violates unique|tuple concurrently updated/.test(stderr);

const flag = (name: string, on: boolean | undefined): string[] => (on ? [name] : []);

function common(options: LockOptions & { readonly targets?: readonly string[]; readonly replace?: readonly string[] }): string[] {
  return [
    ...(options.lockTimeout === undefined ? [] : [`-lock-timeout=${options.lockTimeout}s`]),
    ...(options.parallelism === undefined ? [] : [`-parallelism=${options.parallelism}`]),
    ...(options.targets ?? []).map((address) => `-target=${address}`),
    ...(options.replace ?? []).map((address) => `-replace=${address}`),
  ];
}
