import { isEmpty } from "../../../attributes/equality.ts";
import { asText, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import type { DeviceKind } from "./kind.ts";
import { devicesIn } from "./lists.ts";

/** Controllers that libvirt adds if a board or a device needs them. */
const AUTOMATIC: ReadonlySet<Value | undefined> = new Set(["usb", "sata", "ide", "fdc", "pci", "virtio-serial", "ccid"]);
/** Those of a board. */
const BOARD: ReadonlySet<Value | undefined> = new Set(["usb", "sata", "ide", "fdc", "pci"]);

export const controllers: DeviceKind = {
  plain(controller, domain) {
    const { type, index, model } = controller;
    const isConfigured = Object.entries(controller).some(
      ([name, value]) => !["type", "index", "model", "pci"].includes(name) && !(isValues(value) && Object.keys(value).length === 0),
    );
    if (!AUTOMATIC.has(type) || isConfigured || model === "none") return true;
    if (type === "pci") return isChosenBridge(controller);
    if (type === "usb" && (!isUsualUsb(model, asText(valueAt(domain, "os", "type_machine"))) || hasCompanions(domain, index))) return true;
    return index !== 0;
  },
  /** For other controllers, libvirt may choose another model. */
  isFilledIn: ({ type, index, model }) => index === 0 && BOARD.has(type) && (isEmpty(model) || asText(model).endsWith("-root")),
};

/** Bridges that libvirt adds as devices need them, and numbers itself. */
const BRIDGES: ReadonlySet<Value | undefined> = new Set(["pci-root", "pcie-root", "pcie-root-port", "pci-bridge", "pcie-to-pci-bridge"]);
const BRIDGE_MODELS: ReadonlySet<Value | undefined> = new Set([undefined, "pcie-root-port", "pci-bridge", "pcie-pci-bridge"]);

/** Whether a user asked for this bridge: another kind than libvirt's choice, or one with explicit settings. */
function isChosenBridge({ model, pci }: Values): boolean {
  const { model: device, target, ...more } = isValues(pci) ? pci : {};
  const own = isValues(target) ? ["hotplug", "bus_nr", "node", "index"].some((name) => target[name] != null) : false;
  return !BRIDGES.has(model) || !BRIDGE_MODELS.has(isValues(device) ? device["name"] : undefined) || own || !isEmpty(more);
}

const isUsualUsb = (model: Value | undefined, machine: string): boolean =>
  model === undefined || model === (machine.includes("q35") || machine.startsWith("virt") ? "qemu-xhci" : "piix3-uhci");

/** A USB 2 controller and its companions for slower devices share an index; the companions need their master. */
const hasCompanions = (domain: Values, index: Value | undefined): boolean =>
  devicesIn(domain, "controllers").filter((one) => one["type"] === "usb" && one["index"] === index).length > 1;
