import { isLibvirtError } from "../../../libvirt/errors.ts";
import { networkInterface as table } from "../../../model/domain/devices/interface.ts";
import { asText, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import type { XmlElement } from "../../../model/xml.ts";
import type { LiveChange } from "../applying/live-step.ts";
import { firstOf } from "../observing/live-drift.ts";
import { attach, detach, deviceOf, inPlaceOf, modify, without } from "./hotplug.ts";
import type { DeviceKind } from "./kind.ts";
import { elementIdentity, omit, valuesOf } from "./lists.ts";

/** Network cards older than PCI Express; libvirt uses one of these if the configuration names none. */
const CONVENTIONAL: ReadonlySet<string> = new Set(["e1000", "ne2k_pci", "pcnet", "rtl8139", ""]);

export const interfaces: DeviceKind = {
  plain(item) {
    if (/^(vnet|macvtap|macvlan)\d+$/.test(asText(valueAt(item["target"], "dev")))) delete item["target"];
    return true;
  },
  drift: {
    plain: (item) => ({
      ...omit(item, "alias", "address", "target", "backend"),
      ...(isValues(item["source"]) ? { source: plainSource(item["source"]) } : {}),
    }),
    both(item, live, known) {
      const defined = elsewhere(firstOf(table, ["bandwidth"], known, item, live), live, known);
      const state = linkOf(live);
      return state === linkOf(defined) ? defined : { ...defined, link: { state } };
    },
  },
  plug: {
    takesSlot: (item) => valueAt(item, "model", "type") !== "usb-net",
    isConventional(item) {
      const model = valueAt(item, "model", "type") ?? "";
      return typeof model === "string" && CONVENTIONAL.has(model);
    },
  },
  update: (change, { index, there, wanted, changes }) => [
    {
      path: ["devices", "interfaces", index, String(changes[0]?.path[3])],
      doing: `change interface ${elementIdentity("interfaces", wanted)} of ${change.ref.name}`,
      apply: () => modifyOrReplug(change, inPlaceOf(there, wanted, "target")),
      undo: () => modifyOrReplug(change, there),
    },
  ],
};

/** Whether the cable is plugged in, `up` or `down`; libvirt leaves `up` out. */
export const linkOf = (item: Values): Value => valueAt(item, "link", "state") ?? "up";

/** An interface that was moved to another network or bridge while the guest runs (`virsh update-device --live`). */
function elsewhere(defined: Values, live: Values, known: Values | undefined): Values {
  const place = (of: Values | undefined, kind: string): Value => valueAt(of, "source", kind, kind);
  for (const kind of ["network", "bridge"]) {
    const [there, here] = [place(defined, kind), place(live, kind)];
    if (typeof here === "string" && typeof there === "string" && here !== there && place(known, kind) === there)
      return { ...defined, source: plainSource(valuesOf(live["source"])) };
  }
  return defined;
}

/** The port of a network belongs to the running guest only. */
const plainSource = (source: Values): Values => (isValues(source["network"]) ? { network: omit(source["network"], "port_id") } : source);

/** Unplugs and replugs what libvirt cannot change in place, for example from a network to a macvtap network. */
async function modifyOrReplug(change: LiveChange, element: XmlElement): Promise<void> {
  try {
    await modify(change, element);
  } catch (error) {
    if (!isLibvirtError(error, "OPERATION_UNSUPPORTED", "CONFIG_UNSUPPORTED")) throw error;
    await detach(change, deviceOf("interfaces", element, true));
    await attach(change, without(element, "alias"));
  }
}
