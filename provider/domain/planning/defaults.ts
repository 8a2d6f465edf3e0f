import { plainDomain } from "../observing/plain.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import { isEmpty } from "../../../attributes/equality.ts";
import { asText, isList, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";

type Path = PlannedChange["path"];

const BUSES: Readonly<Record<string, string>> = { vd: "virtio", sd: "scsi", hd: "ide", fd: "fdc" };

const isX86 = (domain: Values): boolean => /^(x86_64|i686)$/.test(asText(valueAt(domain, "os", "type_arch")));
const isLocal = (value: Value): boolean => value === "127.0.0.1";

/**
 * What libvirt fills in for a device, beyond what an imported guest leaves out ({@link plainDomain}).
 * https://libvirt.org/formatdomain.html#devices
 *
 * @param item the device in the state
 */
const filledIn: Readonly<Record<string, (value: Value, item: Values, domain: Values) => boolean>> = {
  "disks.device": (value) => value === "disk",
  "disks.driver.name": (value) => value === "qemu",
  "disks.driver.type": (value) => value === "raw",
  "disks.target.bus": (value, disk) => value === BUSES[asText(valueAt(disk, "target", "dev")).slice(0, 2)],
  "disks.read_only": (_, disk) => disk["device"] === "cdrom",
  "interfaces.link.state": (value) => value === "up",
  "interfaces.model.type": (value, _, domain) => value === "rtl8139" && isX86(domain),
  "inputs.bus": (value, input) => value === (input["type"] === "tablet" ? "usb" : "ps2"),
  "watchdogs.action": (value) => value === "reset",
  "consoles.target.type": (value) => value === "serial",
  "consoles.target.port": (value) => value === 0,
  "tpms.model": (value, _, domain) => value === "tpm-tis" && isX86(domain),
  "panics.model": (value, _, domain) => value === "isa" && isX86(domain),
  "graphics.vnc.port": (value) => value === -1,
  "graphics.vnc.auto_port": (value, display) => value === true && isAuto(valueAt(display, "vnc", "port")),
  "graphics.vnc.listen": isLocal,
  "graphics.vnc.listeners": (value) => isLocal(valueAt(value, "address", "address")),
  "graphics.spice.port": (value) => value === -1,
  "graphics.spice.listen": isLocal,
  "graphics.spice.listeners": (value) => isLocal(valueAt(value, "address", "address")),
  controllers: (value) => valueAt(value, "index") === 0 && BOARD.has(valueAt(value, "type")) && isRoot(valueAt(value, "model")),
  videos: (value, _, domain) => valueAt(value, "model", "type") === "cirrus" && isX86(domain),
};

const isAuto = (port: Value): boolean => port === null || port === -1;

/**
 * Whether a value removed from the configuration is libvirt's default.
 *
 * @param prior the state with the value
 * @param definition the guest's definition in the table's attributes, before the change
 */
export function isDefault(path: Path, prior: Values, definition: Values): boolean {
  const kind = path.filter((step) => typeof step === "string");
  const value = valueAt(prior, ...path);
  if (kind[0] === "devices" && typeof path[2] === "number") {
    const item = valueAt(prior, ...path.slice(0, 3));
    const rule = filledIn[kind.slice(1).join(".")];
    if (rule !== undefined && isValues(item)) return rule(value, item, definition);
  }
  const numbered = path.findIndex((step) => typeof step === "number");
  const plain = plainDomain(definition);
  if (numbered === -1) return isEmpty(valueAt(plain, ...path));
  const [was, there] = [prior, plain].map((values) => valueAt(values, ...path.slice(0, numbered)));
  if (numbered === path.length - 1) return isEmpty(there);
  return isList(was) && isList(there) && was.length === there.length && isEmpty(valueAt(plain, ...path));
}

/** For other controllers, libvirt may choose another model. */
const isRoot = (model: Value): boolean => isEmpty(model) || asText(model).endsWith("-root");
const BOARD: ReadonlySet<Value> = new Set(["usb", "sata", "ide", "fdc", "pci"]);
