import { asText, isList, isValues, type Value, type Values } from "../../../model/values.ts";
import { isEmpty } from "../../../attributes/equality.ts";
import { inUnit } from "../../../attributes/units.ts";

type Mutable = Record<string, Value>;

/**
 * A guest's attributes as a user would write them: what libvirt fills in is left out (addresses, aliases, controllers that devices
 * need, default values), memory is in the largest unit that fits. A configuration with these attributes describes the same guest.
 *
 * @param values as read from a definition
 */
export function plainDomain(values: Values): Values {
  const result: Mutable = { ...values };
  drop(result, "id", (id) => id === -1);
  plainMemory(result);
  drop(result, "vcpu_placement", is("static"));
  if (result["vcpu_current"] === result["vcpu"]) delete result["vcpu_current"];
  drop(result, "on_poweroff", is("destroy"));
  drop(result, "on_reboot", is("restart"));
  drop(result, "on_crash", is("destroy"));
  drop(result, "clock", (clock) => isValues(clock) && clock["offset"] === "utc" && sizeOf(clock) === 1);
  change(result, "os", (os) => plainOs(os, asText(values["name"])));
  change(result, "cpu", (cpu) => plainCpu(cpu, result["type"]));
  change(result, "devices", (devices) => plainDevices(devices, result));
  if (isList(result["sec_label"]))
    setOrDrop(
      result,
      "sec_label",
      result["sec_label"].filter((label) => !isValues(label) || label["type"] !== "dynamic" || !isEmpty(label["base_label"])),
    );
  drop(result, "perf", isEmptyGroup);
  drop(result, "metadata", isEmptyGroup);
  return result;
}

const is =
  (...defaults: readonly Value[]) =>
  (value: Value): boolean =>
    defaults.includes(value);
const sizeOf = (values: Values): number => Object.values(values).filter((value) => value !== null).length;
const without = (values: Values, name: string): Values => Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
const isEmptyGroup = (value: Value): boolean => isValues(value) && sizeOf(value) === 0;

function drop(values: Mutable, name: string, when: (value: Value) => boolean): void {
  const value = values[name];
  if (value !== undefined && when(value)) delete values[name];
}

function setOrDrop(values: Mutable, name: string, items: readonly Value[]): void {
  if (items.length === 0) delete values[name];
  else values[name] = items;
}

/** Changes a group in a copy; drops it if nothing is left. */
function change(values: Mutable, name: string, how: (group: Mutable) => void): void {
  const group = values[name];
  if (!isValues(group)) return;
  const copy: Mutable = { ...group };
  how(copy);
  if (sizeOf(copy) === 0) delete values[name];
  else values[name] = copy;
}

function changeItems(values: Mutable, name: string, how: (item: Mutable) => boolean | void): void {
  const items = values[name];
  if (!isList(items)) return;
  const kept = items.flatMap((item) => {
    if (!isValues(item)) return [];
    const copy: Mutable = { ...item };
    drop(copy, "alias", (alias) => !isValues(alias) || !asText(alias["name"]).startsWith("ua-"));
    drop(copy, "address", (address) => !isValues(address) || address["unassigned"] !== true);
    return how(copy) === false ? [] : [copy];
  });
  setOrDrop(values, name, kept);
}

function plainMemory(values: Mutable): void {
  if (values["current_memory"] === values["memory"] && values["current_memory_unit"] === values["memory_unit"]) {
    delete values["current_memory"];
    delete values["current_memory_unit"];
  }
  for (const name of ["memory", "current_memory", "maximum_memory"]) {
    const value = values[name];
    if (typeof value !== "number" || value === 0) continue;
    for (const unit of ["GiB", "MiB"]) {
      const whole = inUnit(value, values[`${name}_unit`], unit, "KiB");
      if (whole === undefined) continue;
      Object.assign(values, { [name]: whole, [`${name}_unit`]: unit });
      break;
    }
  }
}

function plainOs(os: Mutable, name: string): void {
  const boot = os["boot_devices"];
  if (isList(boot) && boot.length === 1 && isValues(boot[0]) && boot[0]["dev"] === "hd") delete os["boot_devices"];
  if (typeof os["firmware"] !== "string") return;
  // libvirt chose the image and, as a rule, the NVRAM file
  for (const key of Object.keys(os)) if (key.startsWith("loader") && key !== "loader_stateless") delete os[key];
  drop(os, "nv_ram", (file) => isValues(file) && asText(file["nv_ram"]).startsWith(`/var/lib/libvirt/qemu/nvram/${name}_VARS.`));
}

function plainCpu(cpu: Mutable, type: Value | undefined): void {
  // Features need a model to be added to.
  const isDefault = type === "qemu" && cpu["mode"] === "custom" && cpu["model"] === "qemu64" && !isList(cpu["features"]);
  drop(cpu, "check", is("none", "partial"));
  drop(cpu, "match", is("exact"));
  drop(cpu, "migratable", is(true));
  drop(cpu, "model_fallback", is("allow"));
  if (isDefault) {
    delete cpu["model_fallback"];
    delete cpu["mode"];
    delete cpu["model"];
  }
}

/** Controllers that libvirt adds if a board or a device needs them. */
const AUTOMATIC: ReadonlySet<Value | undefined> = new Set(["usb", "sata", "ide", "fdc", "pci", "virtio-serial", "ccid"]);

function plainDevices(devices: Mutable, domain: Values): void {
  const arch = isValues(domain["os"]) ? domain["os"]["type_arch"] : undefined;
  drop(devices, "emulator", is(`/usr/bin/qemu-system-${asText(arch)}`));
  const { controllers } = devices;
  const machine = isValues(domain["os"]) ? asText(domain["os"]["type_machine"]) : "";
  changeItems(devices, "controllers", (controller) => {
    const { type, index, model } = controller;
    const configured = Object.entries(controller).some(
      ([name, value]) => !["type", "index", "model", "pci"].includes(name) && !isEmptyGroup(value),
    );
    if (!AUTOMATIC.has(type) || configured || model === "none") return undefined;
    if (type === "pci") return isChosenBridge(controller) ? undefined : false;
    if (type === "usb" && (!isUsualUsb(model, machine) || hasCompanions(controllers, index))) return undefined;
    return index === 0 ? false : undefined;
  });
  changeItems(devices, "disks", (disk) => {
    change(disk, "source", (source) => delete source["index"]);
    drop(disk, "source", isEmpty); // a tray without a medium
    drop(disk, "backing_store", isEmptyGroup);
  });
  changeItems(devices, "interfaces", (item) => {
    drop(item, "target", (target) => isValues(target) && /^(vnet|macvtap|macvlan)\d+$/.test(asText(target["dev"])));
    change(item, "source", (source) =>
      change(source, "network", (network) => {
        delete network["bridge"];
        delete network["port_id"];
      }),
    );
  });
  const ports = isList(devices["serials"]) ? devices["serials"].length : 0;
  changeItems(devices, "serials", (serial) => plainSerial(serial, ports === 1));
  const serials = devices["serials"];
  changeItems(devices, "consoles", (console) => {
    delete console["tty"];
    change(console, "target", (place) => {
      if (place["type"] !== "serial") delete place["port"]; // libvirt counts the consoles, whatever their number here
    });
    const target = console["target"];
    // a duplicate of the first serial port
    if (isList(serials) && isValues(target) && target["type"] === "serial" && target["port"] === 0) return false;
    drop(console, "target", (value) => isValues(value) && value["type"] === "serial" && value["port"] === 0);
    return undefined;
  });
  changeItems(devices, "channels", (channel) =>
    change(channel, "target", (target) => {
      const port = target["virt_io"];
      if (isValues(port)) target["virt_io"] = without(port, "state"); // a port needs no name
    }),
  );
  changeItems(devices, "inputs", (input) => !(input["bus"] === "ps2" && (input["type"] === "mouse" || input["type"] === "keyboard")));
  changeItems(
    devices,
    "audios",
    (audio) => !(audio["id"] === 1 && (isValues(audio["none"]) || isValues(audio["spice"])) && sizeOf(audio) === 2),
  );
  changeItems(devices, "graphics", plainGraphics);
  changeItems(devices, "videos", plainVideo);
  change(devices, "mem_balloon", (balloon) => {
    delete balloon["alias"];
    delete balloon["address"];
    if (sizeOf(balloon) === 1) drop(balloon, "model", is("virtio"));
  });
  for (const name of [
    "tpms",
    "watchdogs",
    "rngs",
    "panics",
    "sounds",
    "filesystems",
    "hostdevs",
    "redir_devs",
    "shmems",
    "memorydevs",
    "smartcards",
    "crypto",
  ]) {
    changeItems(devices, name, () => {});
  }
  for (const name of ["iommu", "vsock"]) {
    change(devices, name, (device) => {
      delete device["alias"];
      delete device["address"];
    });
  }
}

/** Bridges that libvirt adds as devices need them, and numbers itself. */
const BRIDGES: ReadonlySet<Value | undefined> = new Set(["pci-root", "pcie-root", "pcie-root-port", "pci-bridge", "pcie-to-pci-bridge"]);
const BRIDGE_MODELS: ReadonlySet<Value | undefined> = new Set([undefined, "pcie-root-port", "pci-bridge", "pcie-pci-bridge"]);

/** Whether a user asked for this bridge: another kind than libvirt's choice, or one with explicit settings. */
function isChosenBridge({ model, pci }: Mutable): boolean {
  const { model: device, target, ...more } = isValues(pci) ? pci : {};
  const own = isValues(target) ? ["hotplug", "bus_nr", "node", "index"].some((name) => target[name] != null) : false;
  return !BRIDGES.has(model) || !BRIDGE_MODELS.has(isValues(device) ? device["name"] : undefined) || own || !isEmpty(more);
}

const isUsualUsb = (model: Value | undefined, machine: string): boolean =>
  model === undefined || model === (machine.includes("q35") || machine.startsWith("virt") ? "qemu-xhci" : "piix3-uhci");

/** A USB 2 controller and its companions for slower devices share an index; the companions need their master. */
const hasCompanions = (controllers: Value | undefined, index: Value | undefined): boolean =>
  isList(controllers) && controllers.filter((one) => isValues(one) && one["type"] === "usb" && one["index"] === index).length > 1;

function plainSerial(serial: Mutable, alone: boolean): void {
  change(serial, "target", (target) => {
    drop(target, "type", is("isa-serial"));
    if (alone) drop(target, "port", is(0));
    drop(target, "model", (model) => isValues(model) && model["name"] === "isa-serial");
  });
}

function plainGraphics(item: Mutable): void {
  for (const kind of ["vnc", "spice"]) {
    change(item, kind, (display) => {
      if (display["auto_port"] === true) {
        delete display["port"];
        delete display["tls_port"];
      }
      const listeners = display["listeners"];
      const first = isList(listeners) && listeners.length === 1 && isValues(listeners[0]) ? listeners[0]["address"] : undefined;
      // given twice: as an attribute and as an element
      if (isValues(first) && (display["listen"] ?? null) === (first["address"] ?? null)) delete display["listeners"];
    });
  }
}

/** What libvirt 9.0 fills in for a video card. */
function plainVideo(video: Mutable): void {
  change(video, "model", (model) => {
    drop(model, "heads", is(1));
    drop(model, "primary", is("yes"));
    drop(model, "vram", is(16384, 65536));
    drop(model, "ram", is(65536));
    drop(model, "vga_mem", is(16384));
  });
}
