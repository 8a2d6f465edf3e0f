import type { Item, Leaf, Pair } from "../difference.ts";
import { Content } from "../masked.ts";
import { itemPhrase, leafPhrase, type Phrase, wished } from "../phrase.ts";
import type { Subject } from "../subject.ts";
import type { Surroundings } from "../surroundings.ts";
import { at, isUnknown, textAt, type Shown } from "../tree.ts";
import { sizeAt } from "../units.ts";
import { brief } from "../values.ts";

export const diskNoun = (disk: Shown): string => {
  const device = textAt(disk, "device");
  return device === "cdrom" ? "CD-ROM" : device === "floppy" ? "floppy" : "disk";
};

/** What a disk holds: `web1-root, 10 GiB`, `/iso/debian.iso`. @param brief a volume by its size alone */
export function mediaOf(disk: Shown, around: Surroundings, isBrief = false): string | undefined {
  const volume = around.volumeOf(disk);
  const seed = isBrief && volume ? around.seedOf(volume) : undefined;
  if (seed) return kindOfSeed(seed);
  if (volume && isBrief) return sizeAt(volume.after, "capacity", "bytes") ?? sizeAt(volume.before, "capacity", "bytes");
  if (volume) {
    const size = sizeAt(volume.after, "capacity", "bytes") ?? sizeAt(volume.before, "capacity", "bytes");
    return size === undefined ? volume.name : `${volume.name}, ${size}`;
  }
  const source = at(disk, "source");
  const path =
    textAt(source, "file", "file") ??
    textAt(source, "block", "dev") ??
    textAt(source, "volume", "volume") ??
    textAt(source, "network", "name");
  return path === undefined ? undefined : brief(path);
}

const kindOfSeed = ({ resource }: Subject): string =>
  resource.type === "libvirt_cloudinit_disk" ? "cloud-init" : resource.type.replace("libvirt_", "");

/** What an interface is plugged into. */
export function plugOf(nic: Shown): string {
  const source = at(nic, "source");
  const network = textAt(source, "network", "network");
  if (network !== undefined) {
    const group = textAt(source, "network", "port_group");
    return group === undefined ? `network ${network}` : `network ${network}, port group ${group}`;
  }
  const bridge = textAt(source, "bridge", "bridge");
  if (bridge !== undefined) return `bridge ${bridge}`;
  const direct = textAt(source, "direct", "dev");
  if (direct !== undefined) return `host interface ${direct}`;
  return at(source, "user") === null ? "no network" : "user networking";
}

export const isDown = (nic: Shown): boolean => textAt(nic, "link", "state") === "down";

const ARGUMENTS = "qemu_commandline.args";

const optionOf = (argument: Shown): string | undefined => {
  const value = at(argument, "value");
  return value instanceof Content ? value.parts[0]?.name || undefined : undefined;
};

/** A device that comes or goes, with what it is connected to. */
export function devicePhrase(item: Item, around: Surroundings): Phrase | undefined {
  if (item.kind === "devices.disks") return itemPhrase(item, mediaOf(item.value, around));
  if (item.kind === "devices.interfaces") return itemPhrase(item, plugOf(item.value));
  return item.kind === ARGUMENTS ? itemPhrase(item, optionOf(item.value)) : itemPhrase(item);
}

/** A disk, an interface or an argument of QEMU that changes: all of its source is one phrase. */
export function devicePhrases(pair: Pair, around: Surroundings): Phrase[] | undefined {
  const { kind, name, difference } = pair;
  if (kind === ARGUMENTS) return [{ kind: "changed", change: difference.leaves[0]?.change, item: name }];
  const source = kind === "devices.disks" ? diskSource : kind === "devices.interfaces" ? plug : undefined;
  if (source === undefined) return undefined;
  const leaves = wished(difference.leaves);
  const [first, ...rest] = leaves.filter((leaf) => leaf.kind.startsWith(`${kind}.source.`));
  const others = leaves.filter((leaf) => leaf !== first && !rest.includes(leaf)).map(leafPhrase);
  return first === undefined ? others : [source(first, pair, around), ...others];
}

function diskSource(leaf: Leaf, pair: Pair, around: Surroundings): Phrase {
  const phrase = { kind: "changed", change: leaf.change, item: pair.name, attribute: leaf.attribute } as const;
  const [before, after] = [mediaOf(pair.before, around), mediaOf(pair.after, around)];
  if (before === after) return phrase;
  if (before === undefined) return { ...phrase, kind: "inserted", after };
  if (after !== undefined) return { ...phrase, before, after };
  return isUnknown(at(pair.after, "source")) ? { ...phrase, before, after: "known after apply" } : { ...phrase, kind: "ejected", before };
}

function plug(leaf: Leaf, pair: Pair): Phrase {
  const phrase = { kind: "changed", change: leaf.change, item: pair.name, attribute: leaf.attribute } as const;
  const [before, after] = [plugOf(pair.before), plugOf(pair.after)];
  return before === after ? phrase : { ...phrase, kind: "moved", before, after };
}
