import type { ReviewedAttribute, ReviewedChange } from "./schema.ts";

/**
 * What objects of cdkvm's constructs have unless a program says otherwise: details leave it out. `[]` is any item of a list. A test
 * compares it with the constructs.
 */
const USUAL: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> = {
  libvirt_domain: {
    "os.type": "hvm",
    "os.boot_devices[].dev": "hd",
    "features.acpi": true,
    "features.apic": "set",
    cpu: "set",
    "clock.offset": "utc",
    "devices.disks[].device": "disk",
    "devices.disks[].driver.name": "qemu",
    "devices.disks[].driver.type": "qcow2",
    "devices.disks[].driver.discard": "unmap",
    "devices.disks[].target.bus": "virtio",
    "devices.interfaces[].model.type": "virtio",
    "devices.consoles[].target.type": "serial",
    "devices.consoles[].target.port": 0,
    "devices.channels[].source.unix": "set",
    "devices.mem_balloon.model": "virtio",
    "devices.rngs[].model": "virtio",
    "devices.rngs[].backend.random": "/dev/urandom",
    autostart: false,
    running: true,
    "destroy.graceful": true,
    "destroy.shutdown.timeout": 300,
    "update.shutdown.timeout": 300,
  },
  libvirt_network: { autostart: true },
  libvirt_pool: { type: "dir", "create.build": true, "create.start": true, "create.autostart": true },
  libvirt_volume: { "target.format.type": "qcow2" },
};

/** What the provider determines, and what its own path repeats: `devices.disks[vda].target.dev`. */
const isNoise = ({ path, unknown }: ReviewedAttribute, value: ReviewedAttribute["after"]): boolean =>
  unknown === true || NOISE.test(path) || path.includes(`[${String(value)}]`);

/** Says nothing about what a change means. */
export const NOISE = /(^|\.)(allocation|physical|key|id)$/;

/** The attributes that a person wants to see of a change. Of an update, all that change. */
export function tellingOf({ type, effect, attributes }: ReviewedChange): ReviewedAttribute[] {
  const side = effect === "create" ? "after" : effect === "delete" ? "before" : undefined;
  if (side === undefined) return attributes.filter(({ path }) => !NOISE.test(path));
  const isTelling = (one: ReviewedAttribute): boolean =>
    !isNoise(one, one[side]) && USUAL[type]?.[one.path.replaceAll(/\[[^\]]*\]/g, "[]")] !== one[side];
  const shown = new Set(attributes.filter(isTelling).map(itemIn));
  // of a disk or an interface with nothing but the usual, its name remains
  const isAlone = (one: ReviewedAttribute): boolean => {
    const item = itemIn(one);
    return /^devices\.(disks|interfaces)\[/.test(item) && !shown.has(item) && shown.add(item) !== undefined;
  };
  return attributes.filter((one) => isTelling(one) || isAlone(one));
}

/** `devices.disks[vda]` */
const itemIn = ({ path }: ReviewedAttribute): string => /^[^[]*\[[^\]]*\]/.exec(path)?.[0] ?? path;
