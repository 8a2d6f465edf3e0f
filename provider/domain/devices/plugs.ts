import type { PlannedChange } from "../../../attributes/plan.ts";
import { child, childrenNamed, type XmlElement } from "../../../model/xml.ts";
import { isValues, type Value, type Values, valueAt } from "../../../model/values.ts";

/** A device to be added or removed, and why the guest cannot plug or unplug it while it runs. */
export interface Unpluggable {
  readonly change: PlannedChange;
  /** `no PCI slot is free` */
  readonly because: string;
}

interface Plug {
  readonly change: PlannedChange;
  readonly device: Value;
}

/** QEMU has these controllers, but they do not support hot-plug. */
const FIXED_BUSES = new Set(["fdc", "ide", "sata", "sd"]);
const BUS_BY_PREFIX: Readonly<Record<string, string>> = { fd: "fdc", hd: "ide", sd: "scsi", vd: "virtio", xv: "xen" };

const isPlug = ({ path, before, after, change }: PlannedChange): boolean =>
  change === "live" && path[0] === "devices" && path.length === 3 && (before === null) !== (after === null);

export const hasPlugs = (changes: readonly PlannedChange[]): boolean => changes.some(isPlug);

/**
 * The added and removed devices that require a shutdown of the guest, judged by its live configuration
 * (https://libvirt.org/pci-hotplug.html). Removals free slots for additions.
 */
export function unpluggable(changes: readonly PlannedChange[], live: XmlElement | undefined): readonly Unpluggable[] {
  if (live === undefined) return [];
  const devices = child(live, "devices") ?? live;
  const slots = new Slots(live, devices);
  const found: Unpluggable[] = [];
  const plugs = changes.filter(isPlug).map((change): Plug => ({ change, device: change.after ?? change.before }));
  const going = plugs.filter(({ change }) => change.after === null);
  const coming = plugs.filter(({ change }) => change.after !== null);
  for (const { change, device } of [...going, ...coming]) {
    if (!isValues(device) || isSettled(change, device, devices)) continue;
    const because = whyNot(change, device, slots, devices);
    if (because !== undefined) found.push({ change, because });
  }
  return found;
}

/** The running guest already has it, or never had it: somebody changed only the guest, or only its definition. */
function isSettled({ path, after }: PlannedChange, device: Values, devices: XmlElement): boolean {
  if (path[1] !== "disks" && path[1] !== "interfaces") return false;
  return (elementOf(path[1], device, devices) !== undefined) === (after !== null);
}

function whyNot({ path, after }: PlannedChange, device: Values, slots: Slots, devices: XmlElement): string | undefined {
  const list = path[1];
  const bus = list === "disks" ? busOf(device) : undefined;
  if (bus !== undefined && FIXED_BUSES.has(bus)) return `${bus} has no plugs`;
  if (!takesSlot(list, device, bus, devices)) return undefined;
  if (!slots.plug) return "a PC without ACPI has no PCI hot-plug";
  if (after === null) return slots.give(elementOf(list, device, devices)) ? undefined : "it sits on the board, which has no plugs";
  return slots.take(list === "interfaces" && isConventional(device)) ? undefined : "no PCI slot is free";
}

/** Network cards older than PCI Express; libvirt uses one of these if the configuration names none. */
const CONVENTIONAL = new Set(["e1000", "ne2k_pci", "pcnet", "rtl8139", ""]);
const isConventional = (nic: Values): boolean => {
  const model = valueAt(nic, "model", "type") ?? "";
  return typeof model === "string" && CONVENTIONAL.has(model);
};

function busOf(disk: Values): string {
  const bus = valueAt(disk, "target", "bus");
  if (typeof bus === "string" && bus !== "") return bus;
  const dev = valueAt(disk, "target", "dev");
  return BUS_BY_PREFIX[typeof dev === "string" ? dev.slice(0, 2) : ""] ?? "";
}

function takesSlot(list: Value | undefined, device: Values, bus: string | undefined, devices: XmlElement): boolean {
  if (list === "disks") return bus === "virtio" || (bus === "scsi" && controllers(devices, "scsi").length === 0);
  if (list === "interfaces") return valueAt(device, "model", "type") !== "usb-net";
  return list === "hostdevs" && isValues(device["subsys_pci"]);
}

const controllers = (devices: XmlElement, type: string): readonly XmlElement[] =>
  childrenNamed(devices, "controller").filter(({ attributes }) => attributes["type"] === type);

function elementOf(list: Value | undefined, device: Values, devices: XmlElement): XmlElement | undefined {
  if (list === "disks")
    return childrenNamed(devices, "disk").find((one) => child(one, "target")?.attributes["dev"] === valueAt(device, "target", "dev"));
  if (list !== "interfaces") return undefined;
  const mac = valueAt(device, "mac", "address");
  return childrenNamed(devices, "interface").find(
    (one) => typeof mac === "string" && child(one, "mac")?.attributes["address"]?.toLowerCase() === mac.toLowerCase(),
  );
}

/** The PCI slots of a running guest: on a PCI Express machine, its root ports, one device each, and its bridges. */
class Slots {
  /** Whether hot-plug works at all. */
  readonly plug: boolean;
  readonly #isExpress: boolean;
  readonly #ports: ReadonlySet<number>;
  /** Conventional PCI buses with 31 slots each: more than enough. */
  readonly #bridges: ReadonlySet<number>;
  #free: number;

  constructor(live: XmlElement, devices: XmlElement) {
    const pci = controllers(devices, "pci");
    const root = pci.find(({ attributes }) => attributes["index"] === "0")?.attributes["model"];
    const isPc = ["i686", "x86_64"].includes(child(child(live, "os") ?? live, "type")?.attributes["arch"] ?? "");
    const hasAcpi = child(child(live, "features") ?? live, "acpi") !== undefined;
    const indices = (all: readonly XmlElement[]): ReadonlySet<number> => new Set(all.map(({ attributes }) => Number(attributes["index"])));
    this.plug = root !== "pci-root" || !isPc || hasAcpi;
    this.#isExpress = root === "pcie-root";
    this.#ports = indices(pci.filter(isPort));
    this.#bridges = indices(pci.filter(({ attributes }) => BRIDGES.has(attributes["model"] ?? "")));
    const taken = new Set(devices.children.flatMap((one) => (typeof one === "string" ? [] : [pciBusOf(one) ?? -1])));
    this.#free = [...this.#ports].filter((index) => !taken.has(index)).length;
  }

  /** @returns whether the device can be unplugged */
  give(device: XmlElement | undefined): boolean {
    const bus = device && pciBusOf(device);
    if (!this.#isExpress || bus === undefined || this.#bridges.has(bus)) return true;
    if (!this.#ports.has(bus)) return false;
    this.#free += 1;
    return true;
  }

  take(conventional: boolean): boolean {
    if (!this.#isExpress) return true;
    if (conventional) return this.#bridges.size > 0;
    this.#free -= 1;
    return this.#free >= 0;
  }
}

const BRIDGES = new Set(["pcie-to-pci-bridge", "dmi-to-pci-bridge", "pci-bridge"]);
const isPort = (controller: XmlElement): boolean =>
  ["pcie-root-port", "pcie-switch-downstream-port"].includes(controller.attributes["model"] ?? "") &&
  child(controller, "target")?.attributes["hotplug"] !== "off";

function pciBusOf(device: XmlElement): number | undefined {
  const address = child(device, "address")?.attributes;
  return address?.["type"] === "pci" ? Number(address["bus"]) : undefined;
}
