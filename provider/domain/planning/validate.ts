import { asText, isList, isValues, type Value, type Values } from "../../../model/values.ts";
import type { Diagnostic, Path } from "../../protocol/resource.ts";
import { kibOf } from "../kib.ts";

/** What libvirt would refuse, as far as the configuration alone shows. */
export function validate(config: Values): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const refuse = (path: Path, summary: string, fix: string): void => {
    found.push({ severity: "error", summary, detail: `  fix: ${fix}`, path });
  };
  const { name, memory, vcpu } = config;
  if (typeof name === "string" && (name.trim() === "" || /[/\n]/.test(name))) {
    refuse(["name"], `${JSON.stringify(name)} cannot be a guest's name`, "use a name without slashes and line breaks");
  }
  const cpu = config["cpu"];
  if (memory === null && !(isValues(cpu) && cpu["numa"]))
    refuse(["memory"], "The guest has no memory", 'set memory, with memory_unit: memory = 2, memory_unit = "GiB"');
  for (const attribute of ["memory", "vcpu"] as const) {
    const value = config[attribute];
    if (typeof value === "number" && value < 1) refuse([attribute], `${attribute} = ${value} is less than 1`, "give the guest at least 1");
  }
  const most = kibOf(config, "maximum_memory");
  const whole = kibOf(config, "memory");
  const now = kibOf(config, "current_memory");
  if (whole !== undefined && now !== undefined && now > whole) {
    refuse(
      ["current_memory"],
      `current_memory, ${spelled(config, "current_memory")}, is more than memory, ${spelled(config, "memory")}`,
      "lower it, or raise memory",
    );
  }
  if (whole !== undefined && most !== undefined && whole > most) {
    refuse(
      ["memory"],
      `memory, ${spelled(config, "memory")}, is more than maximum_memory, ${spelled(config, "maximum_memory")}`,
      "lower it, or raise maximum_memory",
    );
  }
  const online = config["vcpu_current"];
  if (typeof online === "number" && typeof vcpu === "number" && online > vcpu) {
    refuse(["vcpu_current"], `vcpu_current, ${online}, is more than vcpu, ${vcpu}`, "lower it, or raise vcpu");
  }
  const create = config["create"];
  if (isValues(create) && create["autodestroy"] === true) {
    refuse(["create", "autodestroy"], "create.autodestroy would end the guest with this apply", "leave it out");
  }
  const { restart } = config;
  if (typeof restart === "string" && restart !== "allowed" && restart !== "never") {
    refuse(
      ["restart"],
      `restart = ${JSON.stringify(restart)} is neither "allowed" nor "never"`,
      'use "never" to have a restart refused at plan time',
    );
  }
  duplicates(config, found);
  bootOrders(config, found);
  return found;
}

function duplicates(config: Values, found: Diagnostic[]): void {
  const devices = config["devices"];
  if (!isValues(devices)) return;
  for (const [list, group, key, noun] of [
    ["disks", "target", "dev", "disk"],
    ["interfaces", "mac", "address", "interface"],
  ] as const) {
    const items = devices[list];
    if (!isList(items)) continue;
    const seen = new Map<string, number>();
    items.forEach((item, index) => {
      const inner = isValues(item) ? item[group] : null;
      const value: Value | undefined = isValues(inner) ? inner[key] : null;
      if (typeof value !== "string" || isStandIn(item)) return;
      const other = seen.get(value.toLowerCase());
      if (other === undefined) return void seen.set(value.toLowerCase(), index);
      found.push({
        severity: "error",
        summary: `${noun} ${index + 1} has the same ${group}.${key} as ${noun} ${other + 1}: ${value}`,
        detail: `  fix: give each ${noun} its own`,
        path: ["devices", list, index, group, key],
      });
    });
  }
}

/** A team's transient interface has the persistent one's MAC: https://libvirt.org/formatdomain.html#teaming-a-virtio-hostdev-nic-pair */
const isStandIn = (item: Value): boolean => isValues(item) && isValues(item["teaming"]) && item["teaming"]["type"] === "transient";

/** libvirt refuses two devices with the same boot order. */
function bootOrders(config: Values, found: Diagnostic[]): void {
  const { devices } = config;
  if (!isValues(devices)) return;
  const seen = new Map<number, string>();
  for (const [list, noun] of [
    ["disks", "disk"],
    ["interfaces", "interface"],
    ["hostdevs", "host device"],
  ] as const) {
    const items = devices[list];
    if (!isList(items)) continue;
    for (const [index, item] of items.entries()) {
      const boot = isValues(item) ? item["boot"] : null;
      const order = isValues(boot) ? boot["order"] : null;
      if (typeof order !== "number") continue;
      const name = `${noun} ${index + 1}`;
      const other = seen.get(order);
      if (other === undefined) seen.set(order, name);
      else
        found.push({
          severity: "error",
          summary: `${name} has the same place in the boot order as ${other}: ${order}`,
          detail: "  fix: number the devices from 1, each with its own",
          path: ["devices", list, index, "boot", "order"],
        });
    }
  }
}

const spelled = (config: Values, attribute: string): string =>
  `${asText(config[attribute])} ${asText(config[`${attribute}_unit`] ?? "KiB")}`;
