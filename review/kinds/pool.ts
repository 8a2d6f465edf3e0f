import { isRegistryProvider } from "../../model/registry-provider.ts";
import { at, textAt } from "../tree.ts";
import type { Subject } from "../subject.ts";
import type { ResourceKind } from "./kind.ts";

export const pool: ResourceKind = {
  noun: "pool",

  /** `dir, /var/lib/libvirt/images` */
  summary: (side) =>
    [textAt(side, "type"), textAt(side, "target", "path") ?? textAt(side, "source", "name")]
      .filter((part) => part !== undefined)
      .join(", "),

  dataLoss: (subject, _, around) =>
    losesStorage(subject)
      ? {
          lost: ["storage"],
          disks: [],
          overlays: [],
          usedBy: around.othersOn(`storage pool ${textAt(subject.before, "name") ?? subject.name}`),
        }
      : undefined,

  interruption: (subject, effect) => (effect !== "restart" && !losesStorage(subject) ? { keeps: ["storage"] } : {}),
};

/** Whether a pool's storage is removed with it: the registry provider deletes it unless told not to, cdkvm's only if told to. */
function losesStorage({ before, resource }: Subject): boolean {
  const wish = at(before, "destroy", "delete");
  return wish === true || (wish !== false && isRegistryProvider(resource.provider_name));
}
