import { readFile, writeFile } from "node:fs/promises";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { notASavedPlan, planNotReadable, planOriginEncrypted } from "./errors.ts";
import type { RawState, StateMark } from "./state.ts";
import { SCHEMA_ENTRY, type SchemaSet } from "../model/schema-set.ts";

/** Identifies a configuration's stack, its state's location and its host. */
export interface Origin {
  readonly stack?: string;
  /** The backend with its settings, as JSON. */
  readonly backend: string;
  /** The hosts' URIs. */
  readonly hosts: string;
}

/** The configuration inside a plan, as it was in its original folder. */
const CONFIGURATION = "tfconfig/m-/cdk.tf.json";

/**
 * What a saved plan was made from. An engine stores the configuration in the plan and uses that: it would work on the
 * plan's state and host, wherever the plan is applied.
 *
 * @throws CdkvmError CDKVM_PLAN_MISSING, CDKVM_PLAN_UNREADABLE, CDKVM_PLAN_ENCRYPTED
 */
export async function originOfPlan(path: string): Promise<Origin> {
  const configuration = await configurationOfPlan(path);
  try {
    return originOf(configuration);
  } catch (cause) {
    throw notASavedPlan(path, cause);
  }
}

/** The `cdk.tf.json` that a saved plan was made from. @throws CdkvmError CDKVM_PLAN_MISSING, CDKVM_PLAN_UNREADABLE, CDKVM_PLAN_ENCRYPTED */
export async function configurationOfPlan(path: string): Promise<string> {
  const file = await readFile(path).catch((cause: unknown) => {
    throw planNotReadable(path, cause);
  });
  if (isEncrypted(file)) throw planOriginEncrypted(path);
  try {
    const configuration = unzipSync(file, { filter: ({ name }) => name === CONFIGURATION })[CONFIGURATION];
    if (configuration === undefined) throw new Error("it contains no configuration of a stack");
    return strFromU8(configuration);
  } catch (cause) {
    throw notASavedPlan(path, cause);
  }
}

/** @param configuration the text of a `cdk.tf.json` */
export function originOf(configuration: string): Origin {
  const {
    "//": notes,
    terraform,
    provider,
  } = JSON.parse(configuration) as {
    readonly "//"?: { readonly metadata?: { readonly stackName?: string } };
    readonly terraform?: { readonly backend?: unknown };
    readonly provider?: { readonly libvirt?: unknown };
  };
  const stack = notes?.metadata?.stackName;
  const providers = [provider?.libvirt ?? []].flat() as readonly { readonly uri?: string }[];
  return {
    ...(stack !== undefined && { stack }),
    backend: JSON.stringify(terraform?.backend ?? {}),
    hosts: providers.map(({ uri }) => uri ?? "").join(", "),
  };
}

/** What cdkvm adds to a saved plan; engines ignore it. */
const NOTES = "cdkvm/notes.json";

/** What only the planning run knows, for a later review of the file. */
export interface PlanNotes {
  /** Who else uses what the plan removes, by its name: `network lan`. */
  readonly inUse: Readonly<Record<string, string>>;
}

/** What a saved plan carries for cdkvm. */
export interface PlanExtras {
  readonly notes: PlanNotes;
  /** The attributes that it was made with. @default all */
  readonly schema?: SchemaSet | undefined;
  /** The engine's JSON of the plan, so that a review needs no engine. */
  readonly json?: string;
}

/** The plan as the engine's JSON. */
const PLAN_JSON = "cdkvm/plan.json";

/** Whether a file can be a saved plan: a zip archive. One that OpenTofu has encrypted is none. */
export const isArchive = (file: Uint8Array): boolean => strFromU8(file.subarray(0, 2)) === "PK";

/** Whether a file is a plan, or a state, that OpenTofu has encrypted. https://opentofu.org/docs/language/state/encryption/ */
export function isEncrypted(file: Uint8Array): boolean {
  if (!strFromU8(file.subarray(0, HEAD), true).includes('"encrypted_data"')) return false; // most are large, and are not parsed twice
  try {
    return "encrypted_data" in (JSON.parse(strFromU8(file)) as object);
  } catch {
    return false;
  }
}

/** Bytes in which an encrypted plan names its parts. */
const HEAD = 64 * 1024;

/** Writes a copy of a saved plan with what cdkvm adds, readable by its owner only; an encrypted plan stays as it is. */
export async function copyWithExtras(from: string, to: string, { notes, schema, json }: PlanExtras): Promise<void> {
  const file = await readFile(from);
  if (!isArchive(file)) return await writeFile(to, file, { mode: 0o600 });
  const entries = unzipSync(file);
  const more = {
    [NOTES]: strToU8(JSON.stringify(notes)),
    ...(schema && { [SCHEMA_ENTRY]: strToU8(JSON.stringify(schema)) }),
    ...(json !== undefined && { [PLAN_JSON]: strToU8(json) }),
  };
  await writeFile(to, zipSync({ ...entries, ...more }, { level: 3 }), { mode: 0o600 });
}

/** The engine's JSON in a saved plan; undefined if it has none. */
export function planJsonIn(file: Uint8Array): string | undefined {
  if (!isArchive(file)) return undefined;
  const entry = unzipSync(file, { filter: ({ name }) => name === PLAN_JSON })[PLAN_JSON];
  return entry && strFromU8(entry);
}

/** The notes in a saved plan; empty ones if it has none. */
export const notesIn = (file: Uint8Array): PlanNotes => (isArchive(file) ? entryIn<PlanNotes>(file, NOTES) : undefined) ?? { inUse: {} };

/** The attributes that a saved plan was made with; undefined for all, and for a file that is not a plan, which the engine reports. */
export async function schemaIn(path: string): Promise<SchemaSet | undefined> {
  try {
    return entryIn<SchemaSet>(await readFile(path), SCHEMA_ENTRY);
  } catch {
    return undefined;
  }
}

/** Which state a saved plan was made from. Unreadable if OpenTofu encrypts it. */
export async function stateOfPlan(path: string): Promise<Partial<StateMark> | "unreadable"> {
  try {
    return entryIn<RawState>(await readFile(path), STATE) ?? {};
  } catch {
    return "unreadable";
  }
}

/** The state after the plan's refresh, with the mark of the stored one. */
const STATE = "tfstate";

function entryIn<T>(file: Uint8Array, entry: string): T | undefined {
  const found = unzipSync(file, { filter: ({ name }) => name === entry })[entry];
  return found === undefined ? undefined : (JSON.parse(strFromU8(found)) as T);
}
