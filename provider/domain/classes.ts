import type { PlannedChange } from "../../libvirt/codec/plan.ts";
import type { Change } from "../../model/table.ts";
import { isList, isValues, type Values } from "../../model/values.ts";

/**
 * The class of one change: the table's, except where the class hangs on a value. A disk's source is changed live only where
 * it is a medium that can be taken out; another data source for a hard disk is another disk.
 */
export function classOf(change: PlannedChange, _prior: Values, planned: Values): Change {
  const [devices, list, index, attribute] = change.path;
  if (change.change !== "live" || devices !== "devices" || list !== "disks" || typeof index !== "number") return change.change;
  if (attribute === undefined || attribute === "io_tune") return "live";
  return isRemovable(diskAt(planned, index)) && attribute === "source" ? "live" : "restart";
}

export const isRemovable = (disk: Values | undefined): boolean => disk?.["device"] === "cdrom" || disk?.["device"] === "floppy";

function diskAt(values: Values, index: number): Values | undefined {
  const devices = values["devices"];
  const disks = isValues(devices) ? devices["disks"] : null;
  const disk = isList(disks) ? disks[index] : undefined;
  return isValues(disk) ? disk : undefined;
}
