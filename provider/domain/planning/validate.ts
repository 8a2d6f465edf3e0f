import { asText, type Values, valueAt } from "../../../model/values.ts";
import { deviceIdentity, deviceList, devicesIn } from "../devices/lists.ts";
import { kibOf } from "../kib.ts";
import type { Diagnostic } from "../../protocol/resource.ts";
import { autodestroys, badName, badRestart, lessThanOne, moreThan, noMemory, sameBootOrder, sameIdentity } from "./config-findings.ts";
import { diagnosticOf, type Finding } from "./finding.ts";

/** What libvirt would refuse, as far as the configuration alone shows. */
export const validate = (config: Values): readonly Diagnostic[] =>
  [...ofGuest(config), ...duplicates(config), ...bootOrders(config)].map(diagnosticOf);

function* ofGuest(config: Values): Generator<Finding> {
  const { name, memory, vcpu, restart } = config;
  if (typeof name === "string" && (name.trim() === "" || /[/\n]/.test(name))) yield badName(name);
  if (memory === null && valueAt(config, "cpu", "numa") === null) yield noMemory;
  for (const attribute of ["memory", "vcpu"] as const) {
    const value = config[attribute];
    if (typeof value === "number" && value < 1) yield lessThanOne(attribute, value);
  }
  for (const [attribute, limit] of [
    ["current_memory", "memory"],
    ["memory", "maximum_memory"],
  ] as const) {
    const [value, most] = [kibOf(config, attribute), kibOf(config, limit)];
    if (value !== undefined && most !== undefined && value > most)
      yield moreThan(attribute, limit, [spelled(config, attribute), spelled(config, limit)]);
  }
  const online = config["vcpu_current"];
  if (typeof online === "number" && typeof vcpu === "number" && online > vcpu) yield moreThan("vcpu_current", "vcpu", [online, vcpu]);
  if (valueAt(config, "create", "autodestroy") === true) yield autodestroys;
  if (typeof restart === "string" && restart !== "allowed" && restart !== "never") yield badRestart(restart);
}

function* duplicates(config: Values): Generator<Finding> {
  for (const [list, noun] of [
    ["disks", "disk"],
    ["interfaces", "interface"],
  ] as const) {
    const [key = ""] = deviceList(list).key ?? [];
    const seen = new Map<string, number>();
    for (const [index, item] of devicesIn(config, list).entries()) {
      const identity = deviceIdentity(list, item);
      if (identity === undefined || isStandIn(item)) continue;
      const other = seen.get(identity);
      const inner = key.split(".");
      if (other === undefined) seen.set(identity, index);
      else yield sameIdentity(["devices", list, index, ...inner], noun, [index, other], key, asText(valueAt(item, ...inner)));
    }
  }
}

/** A team's transient interface has the persistent one's MAC: https://libvirt.org/formatdomain.html#teaming-a-virtio-hostdev-nic-pair */
const isStandIn = (item: Values): boolean => valueAt(item, "teaming", "type") === "transient";

/** libvirt refuses two devices with the same boot order. */
function* bootOrders(config: Values): Generator<Finding> {
  const seen = new Map<number, string>();
  for (const [list, noun] of [
    ["disks", "disk"],
    ["interfaces", "interface"],
    ["hostdevs", "host device"],
  ] as const) {
    for (const [index, item] of devicesIn(config, list).entries()) {
      const order = valueAt(item, "boot", "order");
      if (typeof order !== "number") continue;
      const name = `${noun} ${index + 1}`;
      const other = seen.get(order);
      if (other === undefined) seen.set(order, name);
      else yield sameBootOrder(["devices", list, index, "boot", "order"], name, other, order);
    }
  }
}

const spelled = (config: Values, attribute: string): string =>
  `${asText(config[attribute])} ${asText(config[`${attribute}_unit`] ?? "KiB")}`;
