import { isEmpty } from "../../../attributes/equality.ts";
import { fieldAt } from "../../../model/field-at.ts";
import { filledValue } from "../../../attributes/filled.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { Affect, DeviceModify } from "../../../libvirt/flags.ts";
import { typed, type TypedParams, type TypedValue } from "../../../libvirt/typed-params.ts";
import { disk as table, diskIOTune } from "../../../model/domain/devices/disk.ts";
import { asText, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import type { XmlElement } from "../../../model/xml.ts";
import type { LiveChange, Step } from "../applying/live-step.ts";
import { firstOf } from "../observing/live-drift.ts";
import { inPlaceOf, modify, without } from "./hotplug.ts";
import type { DeviceKind, Update } from "./kind.ts";
import { controllersIn, deviceIdentity, devicesIn, elementIdentity, omit, valuesOf } from "./lists.ts";

/** QEMU has these controllers, but they do not support hot-plug. */
const FIXED_BUSES: ReadonlySet<string> = new Set(["fdc", "ide", "sata", "sd"]);

export const disks: DeviceKind = {
  plain(disk) {
    if (isEmpty(disk["source"])) delete disk["source"]; // a tray without a medium
    const below = disk["backing_store"];
    if (isValues(below) && Object.keys(below).length === 0) delete disk["backing_store"];
    return true;
  },
  drift: {
    plain: (disk) => {
      const { source } = disk;
      return { ...omit(disk, "alias", "address", "backing_store"), ...(isValues(source) ? { source: omit(source, "index") } : {}) };
    },
    both(item, live, known) {
      const defined = firstOf(table, ["io_tune"], known, item, live);
      if (defined["device"] !== "cdrom" && defined["device"] !== "floppy") return defined;
      const source = isValues(live["source"]) ? omit(live["source"], "index") : undefined;
      if (valuesOf(defined["source"])["startup_policy"] !== undefined || mediumOf(source) === mediumOf(defined["source"])) return defined;
      return source === undefined || mediumOf(source) === undefined ? omit(defined, "source") : { ...defined, source };
    },
  },
  plug: {
    fixedBus(disk) {
      const bus = busOf(disk);
      return FIXED_BUSES.has(bus) ? bus : undefined;
    },
    takesSlot(disk, live) {
      const bus = busOf(disk);
      return bus === "virtio" || (bus === "scsi" && controllersIn(live, "scsi").length === 0);
    },
  },
  update(change, update) {
    const limits = update.changes.some(({ path }) => path[3] === "io_tune") ? [limitsStep(change, update)] : [];
    return update.changes.every(({ path }) => path[3] === "io_tune") ? limits : [...limits, mediumStep(change, update)];
  },
};

function busOf(disk: Values): string {
  const target = valuesOf(disk["target"]);
  const { bus } = target;
  if (typeof bus === "string" && bus !== "") return bus;
  return asText(filledValue(fieldAt(table, ["target", "bus"]), { structure: target, resource: {} }));
}

function mediumOf(source: Value | undefined): string | undefined {
  for (const kind of ["file", "block", "volume", "network"]) {
    const medium = valuesOf(source)[kind];
    if (isValues(medium) && Object.keys(medium).length > 0)
      return JSON.stringify([kind, medium["file"], medium["dev"], medium["pool"], medium["volume"], medium["name"]]);
  }
  return undefined;
}

function mediumStep(change: LiveChange, { index, there, wanted }: Update): Step {
  const set = (element: XmlElement): Promise<void> => changeMedium(change, element);
  return {
    path: ["devices", "disks", index, "source"],
    doing: `change disk ${elementIdentity("disks", wanted)} of ${change.ref.name}`,
    apply: () => set(inPlaceOf(there, wanted)),
    undo: () => set(without(there, "backingStore")),
  };
}

/** Forces open a tray that the guest has locked. */
async function changeMedium(change: LiveChange, element: XmlElement): Promise<void> {
  try {
    await modify(change, element);
  } catch (error) {
    if (!isLibvirtError(error) || !/tray|locked/i.test(error.message)) throw error;
    await modify(change, element, DeviceModify.FORCE);
  }
}

function limitsStep({ libvirt, ref, current, planned }: LiveChange, { index, wanted }: Update): Step {
  const dev = elementIdentity("disks", wanted) ?? "";
  const set = (values: Values, other: Values): Promise<void> =>
    libvirt.domains.tuning.setBlockIoTune(ref, dev, ioParams(limitsOf(values, dev), limitsOf(other, dev)), Affect.LIVE);
  return {
    path: ["devices", "disks", index, "io_tune"],
    doing: `set the limits of disk ${dev} of ${ref.name}`,
    apply: () => set(planned, current),
    undo: () => set(current, planned),
  };
}

const limitsOf = (domain: Values, dev: string): Values =>
  valuesOf(
    valueAt(
      devicesIn(domain, "disks").find((disk) => deviceIdentity("disks", disk) === dev),
      "io_tune",
    ),
  );

/** Zero removes a limit. */
function ioParams(wanted: Values, there: Values): TypedParams {
  const params: Record<string, TypedValue> = {};
  for (const name of Object.keys(diskIOTune)) {
    const value = wanted[name] ?? (typeof there[name] === "number" && !name.endsWith("_length") ? 0 : null);
    if (typeof value === "number") params[name] = typed("ullong", value);
    else if (typeof value === "string") params[name] = typed("string", value);
  }
  return params;
}
