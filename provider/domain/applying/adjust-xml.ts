import { asText, isList, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import { child, childrenNamed, textOf, type XmlElement } from "../../../model/xml.ts";
import { drop } from "../../../libvirt/codec/place.ts";
import { integerOf } from "../../../libvirt/codec/read.ts";
import { sameQuantity } from "../../../attributes/units.ts";
import { sameText } from "../../../attributes/normalize.ts";

/**
 * Removes what libvirt filled in for the previous configuration of a guest and what would contradict the next, from the existing XML
 * before the new values are merged into it, so that libvirt fills it in again. https://libvirt.org/formatdomain.html
 */
export function adjustDomain(root: XmlElement, values: Values, prior: Values): void {
  forgetCurrentMemory(root, values);
  forgetBootDevices(root, values);
  forgetFirmware(root, values, prior);
  forgetMachine(root, values);
  forgetListeners(root, values, prior);
}

/** Current memory follows the memory, unless it is configured. */
function forgetCurrentMemory(root: XmlElement, values: Values): void {
  const memory = child(root, "memory");
  const wanted = valueAt(values, "memory");
  if (memory === undefined || typeof wanted !== "number" || valueAt(values, "current_memory") !== null) return;
  const there = integerOf(textOf(memory));
  if (there === undefined || !sameQuantity(wanted, valueAt(values, "memory_unit"), there, memory.attributes["unit"], "KiB"))
    drop(root, "currentMemory");
}

/** `<boot dev="hd"/>`, libvirt's default, cannot be combined with a per-device boot order. */
function forgetBootDevices(root: XmlElement, values: Values): void {
  const os = child(root, "os");
  if (os === undefined || valueAt(values, "os", "boot_devices") !== null) return;
  const devices = valueAt(values, "devices");
  const ordered =
    isValues(devices) &&
    Object.values(devices).some((items) => isList(items) && items.some((item) => valueAt(item, "boot", "order") !== null));
  if (ordered) drop(os, "boot");
}

/** With `firmware="efi"`, libvirt chose the loader and the NVRAM file; another firmware needs different ones. */
function forgetFirmware(root: XmlElement, values: Values, prior: Values): void {
  const os = child(root, "os");
  if (os === undefined) return;
  const changes =
    valueAt(values, "os", "firmware") !== (os.attributes["firmware"] ?? null) ||
    featuresOf(valueAt(values, "os", "firmware_info", "features")) !== featuresOf(valueAt(prior, "os", "firmware_info", "features"));
  if (!changes) return;
  if (os.attributes["firmware"] === undefined) {
    // The loader was configured, not chosen by libvirt.
    if (valueAt(values, "os", "firmware") === null) return;
  } else if (valueAt(values, "os", "firmware") === null) delete os.attributes["firmware"];
  drop(os, "loader", "nvram", "firmware");
}

const featuresOf = (features: Value): string =>
  (isList(features) ? features.map((item) => `${asText(valueAt(item, "name"))}=${asText(valueAt(item, "enabled"))}`) : []).sort().join();

/** libvirt reports a display's listen address twice, as an attribute and as an element; an unconfigured one follows the other. */
function forgetListeners(root: XmlElement, values: Values, prior: Values): void {
  const devices = child(root, "devices");
  if (devices === undefined) return;
  for (const kind of ["vnc", "spice"]) {
    const [wanted, before] = [displaysOf(values, kind), displaysOf(prior, kind)];
    const there = childrenNamed(devices, "graphics").filter(({ attributes }) => attributes["type"] === kind);
    for (const [index, display] of there.entries()) {
      const first = child(display, "listen");
      const listen = valueAt(wanted[index] ?? null, "listen");
      const listeners = valueAt(wanted[index] ?? null, "listeners");
      const follows = listen === null ? valueAt(before[index] ?? null, "listen") !== null : first?.attributes["address"] !== listen;
      if (!isList(listeners) || listeners.length === 0) {
        if (follows) drop(display, "listen");
      } else if (listen === null && valueAt(listeners[0] ?? null, "address", "address") !== (display.attributes["listen"] ?? null))
        delete display.attributes["listen"];
    }
  }
}

const displaysOf = (values: Values, kind: string): readonly Value[] => {
  const displays = valueAt(values, "devices", "graphics");
  return isList(displays) ? displays.map((one) => valueAt(one, kind)).filter(isValues) : [];
};

/** Another board has other buses: libvirt assigns all device addresses again. */
function forgetMachine(root: XmlElement, values: Values): void {
  const os = child(root, "os");
  const type = os === undefined ? undefined : child(os, "type");
  const devices = child(root, "devices");
  if (type === undefined || devices === undefined) return;
  const arch = valueAt(values, "os", "type_arch");
  const machine = valueAt(values, "os", "type_machine");
  const otherArch = typeof arch === "string" && type.attributes["arch"] !== undefined && arch !== type.attributes["arch"];
  const there = type.attributes["machine"];
  const otherBoard =
    typeof machine === "string" && there !== undefined && !sameText("machine", machine, there) && boardOf(machine) !== boardOf(there);
  if (!otherArch && !otherBoard) return;
  if (otherArch) drop(devices, "emulator");
  drop(devices, "controller", "memballoon");
  for (const device of devices.children) if (typeof device !== "string") drop(device, "address");
}

/** `q35` of `pc-q35-7.2`. */
const boardOf = (machine: string): string => (machine === "pc" ? "i440fx" : machine.replace(/^pc-/, "").replace(/-.*$/, ""));
