import { mapOf, parseFormat } from "./format.ts";

/**
 * A resource instance in state or planned values.
 * https://developer.hashicorp.com/terraform/internals/json-format#values-representation
 */
export interface ResourceValues {
  readonly address: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly provider_name: string;
  readonly schema_version: number;
  readonly values: Readonly<Record<string, unknown>>;
  /** Mirrors `values`: true where a value is sensitive. */
  readonly sensitive_values: SensitiveMask;
  readonly depends_on?: readonly string[];
  readonly tainted?: boolean;
  /** Replaced, but not yet destroyed. */
  readonly deposed_key?: string;
}

/** true for the whole value, else the shape of the value with true at the affected leaves. */
export type SensitiveMask = boolean | { readonly [key: string]: SensitiveMask } | readonly SensitiveMask[];

export interface OutputValue {
  /** Absent if unknown. */
  readonly value?: unknown;
  readonly type?: unknown;
  readonly sensitive: boolean;
}

export interface State {
  readonly formatVersion: string;
  /** The version of the engine that wrote it; absent for an empty state. */
  readonly engineVersion?: string;
  readonly outputs: Readonly<Record<string, OutputValue>>;
  /** From the root module and its descendants. */
  readonly resources: readonly ResourceValues[];
}

interface Module {
  readonly resources?: readonly ResourceValues[];
  readonly child_modules?: readonly Module[];
}

/** All resources of a module and its child modules, in document order. */
export const flatten = (module: Module | undefined): ResourceValues[] =>
  module ? [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(flatten)] : [];

/** Parses the output of `show -json` for a state. */
export function parseState(text: string): State {
  const document = parseFormat(text, "state", [0, 1]);
  const values = mapOf<unknown>(document, "values");
  const version = document["terraform_version"];
  return {
    formatVersion: document["format_version"] as string,
    ...(typeof version === "string" ? { engineVersion: version } : {}),
    outputs: mapOf<OutputValue>(values, "outputs"),
    resources: flatten(mapOf<never>(values, "root_module")),
  };
}

/** The raw state file, version 4, as `state pull` prints it; lineage and serial identify a state. */
export interface RawState {
  readonly version: number;
  readonly terraform_version: string;
  readonly serial: number;
  readonly lineage: string;
  readonly outputs: Readonly<Record<string, OutputValue>>;
  readonly resources: readonly unknown[];
}

/** Identifies one state of all. */
export type StateMark = Pick<RawState, "lineage" | "serial">;

/** Whether it is the same state; no state at all has no lineage. */
export const isOfState = (one: Partial<StateMark> | undefined, other: Partial<StateMark> | undefined): boolean =>
  (one?.lineage ?? "") === (other?.lineage ?? "") && (one?.serial ?? 0) === (other?.serial ?? 0);

/** Whether a mask covers the value at `path`, or a parent of it. */
export function isMasked(mask: unknown, path: readonly (string | number)[]): boolean {
  let here: unknown = mask;
  for (const step of path) {
    if (here === true) return true;
    if (typeof here !== "object" || here === null) return false;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here === true;
}
