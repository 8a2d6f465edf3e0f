import type { PlannedChange } from "../../../attributes/plan.ts";
import { child, type XmlElement } from "../../../model/xml.ts";
import { isValues, type Value, type Values } from "../../../model/values.ts";
import { deviceKinds, isKeyed } from "./index.ts";
import { controllersIn, deviceIdentity, elementIdentity, elementsIn } from "./lists.ts";
import type { NotLive } from "./not-live.ts";

interface Plug {
  readonly change: PlannedChange;
  readonly device: Value;
}

const isPlug = ({ path, before, after, change }: PlannedChange): boolean =>
  change === "live" && path[0] === "devices" && path.length === 3 && (before === null) !== (after === null);

export const hasPlugs = (changes: readonly PlannedChange[]): boolean => changes.some(isPlug);

/**
 * The added and removed devices that require a shutdown of the guest, judged by its live configuration
 * (https://libvirt.org/pci-hotplug.html). Removals free slots for additions.
 */
export function unpluggable(changes: readonly PlannedChange[], live: XmlElement | undefined): readonly NotLive[] {
  if (live === undefined) return [];
  const slots = new Slots(live);
  const found: NotLive[] = [];
  const plugs = changes.filter(isPlug).map((change): Plug => ({ change, device: change.after ?? change.before }));
  const going = plugs.filter(({ change }) => change.after === null);
  const coming = plugs.filter(({ change }) => change.after !== null);
  for (const { change, device } of [...going, ...coming]) {
    if (!isValues(device) || isSettled(change, device, live)) continue;
    const because = whyNot(change, device, slots, live);
    if (because !== undefined) found.push({ change, because });
  }
  return found;
}

/** The running guest already has it, or never had it: somebody changed only the guest, or only its definition. */
const isSettled = ({ path, after }: PlannedChange, device: Values, live: XmlElement): boolean =>
  isKeyed(String(path[1])) && (elementOf(String(path[1]), device, live) !== undefined) === (after !== null);

function whyNot({ path, after }: PlannedChange, device: Values, slots: Slots, live: XmlElement): string | undefined {
  const list = String(path[1]);
  const plug = deviceKinds[list]?.plug;
  const bus = plug?.fixedBus?.(device);
  if (bus !== undefined) return `${bus} does not support hot-plug`;
  if (plug?.takesSlot(device, live) !== true) return undefined;
  if (!slots.plug) return "a PC without ACPI does not support PCI hot-plug";
  if (after === null)
    return slots.give(elementOf(list, device, live)) ? undefined : "it is on the root bus, which does not support hot-plug";
  return slots.take(plug.isConventional?.(device) === true) ? undefined : "no PCI slot is free";
}

function elementOf(list: string, device: Values, live: XmlElement): XmlElement | undefined {
  const identity = isKeyed(list) ? deviceIdentity(list, device) : undefined;
  return identity === undefined ? undefined : elementsIn(live, list).find((one) => elementIdentity(list, one) === identity);
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

  constructor(live: XmlElement) {
    const devices = child(live, "devices") ?? live;
    const pci = controllersIn(live, "pci");
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
