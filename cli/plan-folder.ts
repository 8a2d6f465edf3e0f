import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { basename, resolve } from "node:path";
import { schemaIn } from "../engine/index.ts";
import type { HostFacts } from "../model/host-facts.ts";
import {
  beginFolder,
  commitOf,
  dataDigest,
  fileDigest,
  FORMAT_VERSION,
  planFile,
  type PlanManifest,
  type PlannedStackEntry,
  writeManifest,
} from "../plans/index.ts";
import { packageVersion } from "../stacks/own-package.ts";
import { factsOfHosts } from "./facts-of-hosts.ts";
import { type PlannedStack, savePlans } from "./plan-stacks.ts";
import { hostAt } from "./read-plans.ts";
import { factsOf, type StackFacts, stateBehind } from "./stack-facts.ts";
import type { Stack } from "./stack.ts";

export interface PlanFolderOptions {
  readonly mode: PlanManifest["mode"];
  readonly parallelism?: number | undefined;
  readonly lockTimeout: number;
  /** The addresses that a stack's plan is limited to. */
  readonly targetsOf: (stack: Stack) => readonly string[];
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** Whether `--out PATH` is a folder with a manifest, not one plan's file. */
export const wantsFolder = async (out: string, several: boolean): Promise<boolean> =>
  several || out.endsWith("/") || (await isFolder(resolve(out)));

/** A folder that plans are being saved in; see {@link beginFolder}. */
export class PlanFolder {
  readonly path: string;
  readonly #options: PlanFolderOptions;
  readonly #about: Omit<PlanManifest, "stacks" | "missing" | "hosts">;
  #manifest: PlanManifest | undefined;

  private constructor(path: string, options: PlanFolderOptions, about: Omit<PlanManifest, "stacks" | "missing" | "hosts">) {
    this.path = path;
    this.#options = options;
    this.#about = about;
  }

  /** @throws CdkvmError CDKVM_PLAN_FOLDER_TAKEN */
  static async begin(path: string, stacks: readonly Stack[], options: PlanFolderOptions): Promise<PlanFolder> {
    const git = await commitOf(process.cwd());
    const about = {
      formatVersion: FORMAT_VERSION,
      id: randomUUID(),
      cdkvm: packageVersion(),
      by: `${userInfo().username}@${hostname()}`,
      at: new Date().toISOString(),
      ...(git && { git }),
      mode: options.mode,
      ...(options.parallelism !== undefined && { parallelism: options.parallelism }),
      lockTimeout: options.lockTimeout,
    } as const;
    await beginFolder(
      path,
      about,
      stacks.map(({ name }) => name),
    );
    return new PlanFolder(path, options, about);
  }

  /**
   * Saves the plans, then the manifest that makes the folder complete.
   *
   * @param stacks all that were to be planned; those without a plan are noted as missing
   * @returns the plans' paths
   */
  async save(plans: readonly PlannedStack[], stacks: readonly Stack[]): Promise<readonly string[]> {
    const paths = await savePlans(plans, this.path, true);
    const facts = await Promise.all(plans.map(({ stack, engine }) => factsOf(stack, engine)));
    const entries = await Promise.all(plans.map((one, index) => this.#entry(one, paths[index] ?? "", facts[index] as StackFacts)));
    const missing = stacks.filter(({ name }) => !entries.some((one) => one.name === name));
    const hosts = new Set(facts.flatMap(({ hosts, usesLibvirt }) => (usesLibvirt ? hosts : [])));
    this.#manifest = {
      ...this.#about,
      stacks: entries,
      missing: missing.map(({ name }) => ({ name, file: planFile(name) })),
      hosts: await factsOfHosts([...hosts]),
    };
    await writeManifest(resolve(this.path), this.#manifest);
    return paths;
  }

  /** What the manifest says of a stack's host; undefined before it is written. */
  hostOf({ name }: Stack): HostFacts | undefined {
    const uris = this.#manifest?.stacks.find((one) => one.name === name)?.hosts ?? [];
    return hostAt(uris, this.#manifest?.hosts);
  }

  async #entry({ stack, engine, result }: PlannedStack, path: string, facts: StackFacts): Promise<PlannedStackEntry> {
    const { hosts, engine: program, provider, configuration, dependencies } = facts;
    const schema = await schemaIn(path);
    const targets = this.#options.targetsOf(stack);
    return {
      name: stack.name,
      file: basename(path),
      sha256: await fileDigest(path),
      hosts: [...hosts],
      engine: program,
      provider,
      schema: schema === undefined ? "full" : dataDigest(schema),
      configuration,
      state: await stateBehind(path, engine),
      dependencies: [...dependencies],
      changes: result.changes,
      ...(targets.length > 0 && { targets: [...targets] }),
    };
  }
}
