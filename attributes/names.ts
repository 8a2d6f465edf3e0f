import type { Table } from "../model/table.ts";
import { isList, isValues, type Value, type Values } from "../model/values.ts";
import { compile, type Compiled } from "./compile.ts";
import { identityOf } from "./identity.ts";
import type { PlannedChange } from "./plan.ts";

/** What plans, reviews and errors call devices and attributes. Paths here are without indices: `devices.disks.driver.cache`. */

/** Where the attribute's own name is not what people say. */
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  libvirt_domain: {
    vcpu_cpuset: "vCPU pinning",
    current_memory: "balloon",
    "os.boot_devices": "boot order",
    "os.type_machine": "machine",
    "os.type_arch": "architecture",
    "os.loader": "firmware image",
    "os.cmdline": "kernel command line",
    "metadata.xml": "metadata",
    type: "hypervisor",
    io_threads: "I/O threads",
    io_thread_i_ds: "I/O threads",
    "devices.interfaces.link.state": "link",
  },
  libvirt_network: { "mtu.size": "MTU", "forward.mode": "mode", "bridge.name": "bridge", "domain.name": "DNS domain" },
  libvirt_pool: { "create.autostart": "autostart", "target.path": "path", "source.format.type": "format" },
};

const STEPS: Readonly<Record<string, string>> = {
  hostdevs: "host devices",
  mem_balloon: "memory balloon",
  memorydevs: "memory devices",
  redir_devs: "redirected devices",
  rngs: "RNGs",
  tpms: "TPMs",
};

/** The noun for one item, where it is not the list's singular. */
const ITEMS: Readonly<Record<string, string>> = {
  "devices.graphics": "graphics",
  "dns.forwarders": "DNS forwarder",
  "dns.host": "DNS name",
  "dns.sr_vs": "DNS service",
  "dns.tx_ts": "DNS text",
  "ips.dhcp.hosts": "reservation",
  "ips.dhcp.ranges": "DHCP range",
  ips: "address",
  routes: "route to",
  "os.boot_devices": "boot device",
  "qemu_commandline.args": "QEMU argument",
  "qemu_commandline.envs": "QEMU variable",
};

/** The item of a list that an attribute is in. */
export interface ItemName {
  /** `disk vda` */
  readonly name: string;
  readonly list: string;
  /** `disk`, `CD-ROM` */
  readonly noun: string;
}

const fields = (item: unknown): Readonly<Record<string, unknown>> => (typeof item === "object" && item !== null ? { ...item } : {});

/** `disk vda`, `interface 52:54:00:00:00:01`, `TPM`. @param key `vda`; the number if nothing identifies it; "" if it is the only one */
export function itemName(list: string, item: unknown, key: string, outer?: ItemName): ItemName {
  const { device } = list === "devices.disks" ? fields(item) : {};
  const { addr, domain } = list === "dns.forwarders" ? fields(item) : {};
  const called = [addr, domain].find((one) => typeof one === "string") ?? key;
  const noun = device === "cdrom" ? "CD-ROM" : device === "floppy" ? "floppy" : (ITEMS[list] ?? singular(words(inside(list, outer))));
  return { name: [outer?.name, noun, called].filter(Boolean).join(" "), list, noun };
}

/** The key that an item is called by, see {@link itemName}. */
export const keyOf = (identity: string | undefined, index: number, ...lists: readonly (readonly unknown[])[]): string =>
  identity ?? (lists.some(({ length }) => length > 1) ? String(index + 1) : "");

/** `vCPUs`, `cpu model`, and inside an item `cache`. @param sides the resource before and after */
export function attributeName(type: string, path: string, item: ItemName | undefined, sides: readonly unknown[]): string {
  if (type === "libvirt_domain") {
    const current = sides.filter((side) => typeof fields(side)["vcpu_current"] === "number").length;
    if (path === "vcpu") return current > 0 ? "maximum vCPUs" : "vCPUs";
    if (path === "vcpu_current") return current > 1 ? "online vCPUs" : "vCPUs";
  }
  const rest = inside(path, item);
  if ((item?.list === "devices.disks" || item?.list === "devices.interfaces") && /^source\b/.test(rest))
    return item.noun === "CD-ROM" || item.noun === "floppy" ? "media" : "source";
  return ATTRIBUTES[type]?.[path] ?? words(rest);
}

/** What changes, in full: `cpu model`, `disk vda cache`, `disk vdb added`. */
export function changeName(
  { type, fields: all }: Table,
  { path, before, after }: Pick<PlannedChange, "path" | "before" | "after">,
  prior: Values,
  planned: Values,
): string {
  const isItem = typeof path.at(-1) === "number";
  let sides: readonly (Value | undefined)[] = isItem && after === null ? [prior, planned] : [planned, prior];
  let inner: Compiled | undefined = compile(all);
  let item: ItemName | undefined;
  let node = inner.nodes[0];
  const names: string[] = [];
  for (const step of path) {
    if (typeof step === "string") {
      node = inner?.byName.get(step);
      names.push(node?.unitOf ?? step);
      inner = node?.inner;
    }
    const lists = sides.map((value) => (isList(value) ? value : []));
    sides = sides.map((value) => childOf(value, step));
    if (typeof step === "number") {
      const [one] = sides;
      const identity = node?.field.kind === "list" && isValues(one) ? identityOf(node.field, one) : undefined;
      item = itemName(names.join("."), one, keyOf(identity, step, ...lists), item);
    }
  }
  if (item !== undefined && isItem) return before === null ? `${item.name} added` : after === null ? `${item.name} removed` : item.name;
  return [item?.name, attributeName(type, names.join("."), item, [prior, planned])].filter(Boolean).join(" ");
}

/** The same of several changes, each name once. */
export const changeNames = (table: Table, changes: readonly PlannedChange[], prior: Values, planned: Values): string[] => [
  ...new Set(changes.map((change) => changeName(table, change, prior, planned))),
];

const childOf = (value: Value | undefined, step: string | number): Value | undefined =>
  typeof step === "number" ? (isList(value) ? value[step] : undefined) : isValues(value) ? value[step] : undefined;

const inside = (path: string, item: ItemName | undefined): string => (item === undefined ? path : path.slice(item.list.length + 1));

/** Without the groups that only sort attributes. */
const words = (path: string): string =>
  path
    .replace(/^(devices|os|driver)\./, "")
    .split(".")
    .map((step) => STEPS[step] ?? step.replaceAll("_", " "))
    .join(" ");

const singular = (noun: string): string =>
  noun
    .replace(/ies$/, "y")
    .replace(/(ss|sh)es$/, "$1")
    .replace(/([^su])s$/, "$1");
