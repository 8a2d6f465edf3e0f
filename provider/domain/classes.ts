import type { PlannedChange } from "../../libvirt/codec/plan.ts";
import type { Change } from "../../model/table.ts";
import { isList, isValues, type Value, type Values } from "../../model/values.ts";

/**
 * The class of one change: the table's, except where the class hangs on a value. A disk's source is changed live only where
 * it is a medium that can be taken out, as another source for a hard disk is another disk; an interface's only between
 * networks and bridges.
 */
export function classOf(change: PlannedChange, prior: Values, planned: Values): Change {
  const [devices, list, index, attribute] = change.path;
  if (change.change !== "live" || devices !== "devices" || attribute !== "source" || typeof index !== "number") return change.change;
  if (list === "disks") return isRemovable(deviceAt(planned, list, index)) ? "live" : "restart";
  if (list !== "interfaces") return change.change;
  const after = deviceAt(planned, list, index);
  const mac = macOf(after);
  const before = mac === undefined ? deviceAt(prior, list, index) : devicesOf(prior, list).find((one) => macOf(one) === mac);
  return isBridged(after) && isBridged(before) ? "live" : "restart";
}

const isRemovable = (disk: Values | undefined): boolean => disk?.["device"] === "cdrom" || disk?.["device"] === "floppy";

const valuesOf = (value: Value | undefined): Values => (isValues(value) ? value : {});

function isBridged(item: Values | undefined): boolean {
  const source = valuesOf(item?.["source"]);
  return isValues(source["network"]) || isValues(source["bridge"]);
}

function macOf(item: Values | undefined): string | undefined {
  const address = valuesOf(item?.["mac"])["address"];
  return typeof address === "string" ? address.toLowerCase() : undefined;
}

function devicesOf(values: Values, list: string): readonly Values[] {
  const devices = valuesOf(values["devices"])[list];
  return isList(devices) ? devices.filter(isValues) : [];
}

const deviceAt = (values: Values, list: string, index: number): Values | undefined => devicesOf(values, list)[index];
