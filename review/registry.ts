import { type ActionKind, type ResourceChange } from "../engine/plan.ts";
import { isRegistryProvider, REGISTRY_UPDATES, type RegistryUpdate } from "../model/registry-provider.ts";
import type { ChangeClass } from "../model/table.ts";
import type { Difference } from "./difference.ts";

/** What the registry provider makes of an update; undefined for another action and for the embedded provider. */
export const registryUpdate = (of: { readonly resource: ResourceChange; readonly action: ActionKind }): RegistryUpdate | undefined =>
  of.action === "update" && isRegistryProvider(of.resource.provider_name) ? REGISTRY_UPDATES[of.resource.type] : undefined;

/** A difference with the classes that its changes have there, instead of the table's. */
export function asRegistryApplies(difference: Difference, update: RegistryUpdate): Difference {
  const classed = <T extends { readonly kind: string; readonly change: ChangeClass | undefined }>(all: readonly T[]): T[] =>
    all.map((one) => ({ ...one, change: classOf(update, one) }));
  return {
    leaves: classed(difference.leaves),
    own: classed(difference.own),
    items: classed(difference.items),
    pairs: difference.pairs.map((pair) => ({ ...pair, difference: asRegistryApplies(pair.difference, update) })),
  };
}

function classOf(
  update: RegistryUpdate,
  { kind, change }: { readonly kind: string; readonly change: ChangeClass | undefined },
): ChangeClass | undefined {
  switch (update) {
    case "restart":
      return "restart";
    case "fails":
      return undefined;
    case "autostart":
      return kind === "autostart" ? change : "none";
  }
}

/** Why such an update is not what the plan says. */
export const REGISTRY_REASONS: Readonly<Record<RegistryUpdate, string>> = {
  restart: "the registry provider defines a guest anew for any change",
  fails: "the registry provider refuses such an update: apply fails",
  autostart: "the registry provider changes only autostart of a network that exists",
};
