import { isEmpty } from "../../../attributes/equality.ts";
import type { Mutable } from "../../../attributes/complete.ts";
import { withoutFilled } from "../../../attributes/filled.ts";
import { inUnit } from "../../../attributes/units.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { asText, isList, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import { deviceKinds } from "../devices/index.ts";
import { dropAssigned } from "../devices/plain-device.ts";

/**
 * A guest's attributes as a user would write them: what libvirt fills in is left out (addresses, aliases, controllers that devices
 * need, default values), memory is in the largest unit that fits. A configuration with these attributes describes the same guest.
 *
 * @param values as read from a definition
 */
export function plainDomain(values: Values): Values {
  const result: Mutable = { ...withoutFilled(table, values) };
  if (result["id"] === -1) delete result["id"];
  plainMemory(result);
  if (result["vcpu_current"] === result["vcpu"]) delete result["vcpu_current"];
  const { clock } = result;
  if (isValues(clock) && clock["offset"] === "utc" && sizeOf(clock) === 1) delete result["clock"];
  change(result, "os", (os) => plainOs(os, asText(values["name"])));
  change(result, "cpu", (cpu) => plainCpu(cpu, result["type"]));
  change(result, "devices", (devices) => plainDevices(devices, values));
  const { sec_label } = result;
  if (isList(sec_label)) setOrDrop(result, "sec_label", sec_label.filter((label) => valueAt(label, "type") !== "dynamic" || !isEmpty(valueAt(label, "base_label")))); // prettier-ignore
  for (const name of ["perf", "metadata"]) change(result, name, () => {});
  return result;
}

const sizeOf = (values: Values): number => Object.values(values).filter((value) => value !== null).length;

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
  if (isList(boot) && boot.length === 1 && valueAt(boot, 0, "dev") === "hd") delete os["boot_devices"];
  if (typeof os["firmware"] !== "string") return;
  // libvirt chose the image and, as a rule, the NVRAM file
  for (const key of Object.keys(os)) if (key.startsWith("loader") && key !== "loader_stateless") delete os[key];
  if (asText(valueAt(os["nv_ram"], "nv_ram")).startsWith(`/var/lib/libvirt/qemu/nvram/${name}_VARS.`)) delete os["nv_ram"];
}

function plainCpu(cpu: Mutable, type: Value | undefined): void {
  // Features need a model to be added to.
  if (type !== "qemu" || cpu["mode"] !== "custom" || cpu["model"] !== "qemu64" || isList(cpu["features"])) return;
  for (const name of ["model_fallback", "mode", "model"]) delete cpu[name];
}

function plainDevices(devices: Mutable, domain: Values): void {
  if (devices["emulator"] === `/usr/bin/qemu-system-${asText(valueAt(domain, "os", "type_arch"))}`) delete devices["emulator"];
  for (const [name, value] of Object.entries(devices)) {
    const plain = isList(value) ? value.flatMap((item) => plainDevice(name, item, domain)) : plainDevice(name, value, domain);
    if (isList(value)) setOrDrop(devices, name, plain);
    else if (isValues(value) && plain.every((device) => sizeOf(device) === 0)) delete devices[name];
    else if (isValues(value)) devices[name] = plain[0] ?? null;
  }
}

function plainDevice(name: string, device: Value, domain: Values): Values[] {
  if (!isValues(device)) return [];
  const copy: Mutable = { ...device };
  dropAssigned(copy);
  return deviceKinds[name]?.plain?.(copy, domain) === false ? [] : [copy];
}
