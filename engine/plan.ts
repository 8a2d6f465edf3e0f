import type { Diagnostic } from "./diagnostics.ts";
import { listOf, mapOf, parseFormat } from "./format.ts";
import { flatten, type OutputValue, type ResourceValues, type SensitiveMask } from "./state.ts";

export type Action = "no-op" | "create" | "read" | "update" | "delete" | "forget" | "open" | "renew" | "close";

/** What happens to a resource, from its actions: create with delete or forget, in either order, is a replacement. */
export type ActionKind = "no-op" | "create" | "read" | "update" | "replace" | "delete" | "forget";

/** https://developer.hashicorp.com/terraform/internals/json-format#change-representation */
export interface Change {
  readonly actions: readonly Action[];
  /** null if nothing exists before. */
  readonly before: unknown;
  /** null if nothing exists after; unknown parts are omitted and marked in `after_unknown`. */
  readonly after?: unknown;
  readonly after_unknown?: SensitiveMask;
  readonly before_sensitive?: SensitiveMask;
  readonly after_sensitive?: SensitiveMask;
  /** The attributes that force the replacement. */
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  readonly importing?: { readonly id?: string; readonly unknown?: boolean; readonly identity?: unknown };
  readonly generated_config?: string;
}

export interface ResourceChange {
  readonly address: string;
  /** The old address of a moved resource. */
  readonly previous_address?: string;
  readonly module_address?: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly provider_name: string;
  /** A replaced instance that has yet to be destroyed. */
  readonly deposed?: string;
  readonly change: Change;
  /** `replace_because_cannot_update`, `replace_because_tainted`, `delete_because_no_resource_config`, ... */
  readonly action_reason?: string;
}

export interface Plan {
  readonly formatVersion: string;
  readonly engineVersion: string;
  readonly resourceChanges: readonly ResourceChange[];
  /** Changes made outside the engine. */
  readonly resourceDrift: readonly ResourceChange[];
  readonly outputChanges: Readonly<Record<string, Change>>;
  readonly plannedOutputs: Readonly<Record<string, OutputValue>>;
  readonly plannedResources: readonly ResourceValues[];
  /** The state before, as refreshed; the data sources that were read are in it. */
  readonly priorResources: readonly ResourceValues[];
  /** The configuration as the engine read it, for references between resources. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, { readonly value?: unknown }>>;
  /** RFC 3339; absent in documents of older engines. */
  readonly timestamp?: string;
  /** The plan is incomplete because of an error. */
  readonly errored: boolean;
  /** Whether apply has anything to do; derived from the changes if the engine does not say. */
  readonly applyable: boolean;
  readonly complete: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses the output of `show -json PLAN`. */
export function parsePlan(text: string): Plan {
  const document = parseFormat(text, "plan", [0, 1]);
  const planned = mapOf<unknown>(document, "planned_values");
  const resourceChanges = listOf<ResourceChange>(document, "resource_changes");
  const outputChanges = mapOf<Change>(document, "output_changes");
  const errored = document["errored"] === true;
  const { terraform_version: version, timestamp } = document;
  const acts = (change: Change): boolean => actionKind(change) !== "no-op" || change.importing !== undefined;
  const changed =
    resourceChanges.some((one) => one.previous_address !== undefined || acts(one.change)) || Object.values(outputChanges).some(acts);
  return {
    formatVersion: document["format_version"] as string,
    engineVersion: typeof version === "string" ? version : "",
    resourceChanges,
    resourceDrift: listOf<ResourceChange>(document, "resource_drift"),
    outputChanges,
    plannedOutputs: mapOf<OutputValue>(planned, "outputs"),
    plannedResources: flatten(mapOf<never>(planned, "root_module")),
    priorResources: flatten(mapOf<never>(mapOf<unknown>(mapOf<unknown>(document, "prior_state"), "values"), "root_module")),
    configuration: mapOf<unknown>(document, "configuration"),
    variables: mapOf<{ value?: unknown }>(document, "variables"),
    ...(typeof timestamp === "string" ? { timestamp } : {}),
    errored,
    applyable: typeof document["applyable"] === "boolean" ? document["applyable"] : !errored && changed,
    complete: document["complete"] !== false,
    diagnostics: listOf<Diagnostic>(document, "diagnostics"),
  };
}

export function actionKind(change: Pick<Change, "actions">): ActionKind {
  const { actions } = change;
  if (actions.includes("create") && (actions.includes("delete") || actions.includes("forget"))) return "replace";
  for (const kind of ["create", "update", "delete", "forget", "read"] as const) if (actions.includes(kind)) return kind;
  return "no-op";
}
