import type { Item, Leaf, Pair } from "../compare.ts";
import { at, textAt, treesAt, type Shown, type Tree } from "../tree.ts";
import { brief, sides } from "../values.ts";
import { isRenumbered, runs, type Subject, type Surroundings } from "../subject.ts";
import { contentWords } from "./contents.ts";
import { leafPhrase, listed, phrasesOf, sizeAt, wished, wordsOf, type Phrase } from "./common.ts";

const LABELS: Readonly<Record<string, string>> = {
  vcpu: "vCPUs",
  vcpu_current: "online vCPUs",
  vcpu_cpuset: "vCPU pinning",
  current_memory: "balloon",
  maximum_memory: "maximum memory",
  "os.type_machine": "machine",
  "os.type_arch": "architecture",
  "os.firmware": "firmware",
  "os.loader": "firmware image",
  "os.boot_devices": "boot order",
  "os.cmdline": "kernel command line",
  "metadata.xml": "metadata",
  type: "hypervisor",
  io_threads: "I/O threads",
  io_thread_i_ds: "I/O threads",
};

const labelOf = (kind: string): string => LABELS[kind] ?? wordsOf(kind.replace(/^devices\./, "").replace(/^os\./, ""));

/** A guest in one line: `2 vCPUs, 4 GiB, disk vda (web1-root, 10 GiB), network lan (10.0.0.11)`. */
export function guestSummary(side: Shown, around: Surroundings): string {
  const parts: string[] = [];
  const cpus = at(side, "vcpu");
  const online = at(side, "vcpu_current");
  const most = typeof online === "number" && online !== cpus ? `${online} of ` : "";
  if (typeof cpus === "number") parts.push(`${most}${cpus} vCPU${cpus === 1 ? "" : "s"}`);
  const memory = sizeAt(side, "memory", "KiB");
  if (memory !== undefined) parts.push(memory);
  const type = textAt(side, "type");
  if (type !== undefined) parts.push(type === "qemu" ? "emulated" : type === "kvm" ? "on KVM" : type);
  const disks = treesAt(side, "devices", "disks").map((disk) => diskName(disk, around));
  if (disks.length > 0) parts.push(listed(disks));
  const nics = treesAt(side, "devices", "interfaces").map((nic) => {
    const mac = textAt(nic, "mac", "address");
    const address = mac === undefined ? undefined : around.reservationOf(mac);
    return address === undefined ? plugOf(nic) : `${plugOf(nic)} (${address})`;
  });
  if (nics.length > 0) parts.push(`${nics.length === 1 ? "interface" : "interfaces"} on ${listed(nics)}`);
  return parts.join(", ");
}

const deviceNoun = (disk: Shown): string => {
  const device = textAt(disk, "device");
  return device === "cdrom" ? "CD-ROM" : device === "floppy" ? "floppy" : "disk";
};

function mediaOf(disk: Shown, around: Surroundings): string | undefined {
  const volume = around.volumeOf(disk);
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

function diskName(disk: Shown, around: Surroundings): string {
  const name = `${deviceNoun(disk)} ${textAt(disk, "target", "dev") ?? ""}`.trim();
  const media = mediaOf(disk, around);
  return media === undefined ? name : `${name} (${media})`;
}

function plugOf(nic: Shown): string {
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

function itemPhrase(item: Item, around: Surroundings): Phrase | undefined {
  const attached = item.action === "added" ? "attached" : "detached";
  if (item.kind === "devices.disks") {
    const name = diskName(item.value, around);
    return {
      text: `${name} ${attached}`,
      change: item.change,
      short: `${deviceNoun(item.value)} ${textAt(item.value, "target", "dev") ?? item.key}`,
    };
  }
  if (item.kind === "devices.interfaces") {
    const mac = textAt(item.value, "mac", "address");
    const text = `interface on ${plugOf(item.value)}${mac === undefined ? "" : ` (${mac})`} ${attached}`;
    return { text, change: item.change, short: `interface on ${plugOf(item.value)}` };
  }
  if (item.kind === "qemu_commandline.args") {
    const value = at(item.value, "value");
    const words = item.action === "added" ? contentWords(null, value) : contentWords(value, null);
    return { text: `QEMU ${words[0] ?? `argument ${item.action}`}`, change: item.change, short: "QEMU arguments" };
  }
  return undefined;
}

function pairPhrases(pair: Pair, around: Surroundings): Phrase[] | undefined {
  if (pair.kind === "devices.disks") return diskPhrases(pair, around);
  if (pair.kind === "devices.interfaces") return nicPhrases(pair);
  if (pair.kind === "qemu_commandline.args")
    return [{ text: `QEMU argument ${pair.key} changed`, change: pair.difference.leaves[0]?.change, short: "QEMU arguments" }];
  return undefined;
}

/** Separates the leaves below one structure, which form one phrase. */
function split(leaves: readonly Leaf[], under: string): [readonly Leaf[], readonly Leaf[]] {
  const inside = leaves.filter((leaf) => leaf.kind.startsWith(`${under}.`));
  return [inside, leaves.filter((leaf) => !inside.includes(leaf))];
}

function diskPhrases(pair: Pair, around: Surroundings): Phrase[] {
  const noun = `${deviceNoun(pair.after)} ${pair.key}`;
  const [source, others] = split(wished(pair.difference.leaves), `${pair.kind}.source`);
  const phrases: Phrase[] = [];
  const first = source[0];
  if (first) {
    const [before, after] = [mediaOf(pair.before, around), mediaOf(pair.after, around)];
    const what = deviceNoun(pair.after) === "disk" ? "source" : "media";
    const text =
      before === after || (before === undefined && after === undefined)
        ? `${noun}: ${what} changed`
        : before === undefined
          ? `${noun}: ${what} ${after ?? ""} inserted`
          : after === undefined
            ? `${noun}: ${what} ${sourceUnknown(pair.after) ? `${before} → known after apply` : `${before} ejected`}`
            : `${noun}: ${what} ${before} → ${after}`;
    phrases.push({ text, change: first.change, short: `${noun} ${what}` });
  }
  for (const leaf of others) {
    const label = wordsOf(leaf.kind.slice(pair.kind.length + 1).replace(/^driver\./, ""));
    phrases.push({ text: `${noun}: ${leafPhrase(label, leaf)}`, change: leaf.change, short: `${noun} ${label}` });
  }
  return phrases;
}

const sourceUnknown = (disk: Shown): boolean =>
  JSON.stringify(at(disk, "source"), (_, value) => (typeof value === "symbol" ? "?unknown" : value))?.includes("?unknown") ?? false;

function nicPhrases(pair: Pair): Phrase[] {
  const noun = `interface ${pair.key}`;
  const [source, others] = split(wished(pair.difference.leaves), `${pair.kind}.source`);
  const phrases: Phrase[] = [];
  const first = source[0];
  if (first) {
    const [before, after] = [plugOf(pair.before), plugOf(pair.after)];
    phrases.push({
      text: before === after ? `${noun}: source changed` : `${noun} moves from ${before} to ${after}`,
      change: first.change,
      short: `${noun} source`,
    });
  }
  for (const leaf of others) {
    const tail = leaf.kind.slice(pair.kind.length + 1);
    const label = tail === "link.state" ? "link" : wordsOf(tail);
    phrases.push({ text: `${noun}: ${leafPhrase(label, leaf)}`, change: leaf.change, short: `${noun} ${label}` });
  }
  return phrases;
}

const hasOnline = (side: Shown): boolean => typeof at(side, "vcpu_current") === "number";

/** Without an explicit number, all vCPUs are online. */
const onlineAt = (side: Shown): unknown => at(side, "vcpu_current") ?? at(side, "vcpu");

/** The number of online vCPUs, if the explicit number is added or removed: `vCPUs 1 → 2`. */
function onlinePhrase({ difference, before, after }: Subject): Phrase[] {
  const leaf = wished(difference.own).find(isOneSided);
  if (leaf === undefined || (difference.own.some(({ kind }) => kind === "vcpu") && onlineAt(before) === onlineAt(after))) return [];
  const [was, is] = [onlineAt(before), onlineAt(after)];
  return [{ text: was === is ? "online vCPUs changed" : `vCPUs ${String(was)} → ${String(is)}`, change: leaf.change, short: "vCPUs" }];
}

const isOneSided = ({ kind, before, after }: Leaf): boolean => kind === "vcpu_current" && (before === null || after === null);

/** Every requested change of a guest except whether it runs, and each of its disks that the plan replaces. */
export const domainPhrases = (subject: Subject, around: Surroundings): Phrase[] => [
  ...onlinePhrase(subject),
  ...phrasesOf(subject.difference, {
    label: (kind) => (kind === "vcpu" && (hasOnline(subject.before) || hasOnline(subject.after)) ? "maximum vCPUs" : labelOf(kind)),
    item: (item) => plugPhrase(item, itemPhrase(item, around), subject),
    pair: (pair) => pairPhrases(pair, around),
    skip: (kind) => kind === "running" || (kind === "vcpu_current" && subject.difference.own.some(isOneSided)),
  }),
  ...disksMadeAnew(subject, around).map((disk): Phrase => {
    const dev = `disk ${textAt(disk, "target", "dev") ?? ""}`.trim();
    return { text: `${dev} is made anew`, change: "restart", short: dev };
  }),
];

/** A device normally plugged live causes the restart if nothing else does: the guest's machine has no slot for it. */
function plugPhrase(item: Item, phrase: Phrase | undefined, subject: Subject): Phrase | undefined {
  const { own, items, pairs } = subject.difference;
  const others = [...wished([...own, ...pairs.flatMap(({ difference }) => difference.leaves)]), ...items];
  const isCause = item.change === "live" && isRenumbered(subject) && !others.some(({ change }) => change === "restart");
  return phrase && isCause ? { ...phrase, change: "restart" } : phrase;
}

/** The disks of a guest that keeps running whose volumes the plan replaces: it is off meanwhile. Media are changed while it runs. */
export function disksMadeAnew({ action, before, after }: Subject, around: Surroundings): readonly Tree[] {
  if (action !== "update" || runs(before) !== true || runs(after) !== true) return [];
  return treesAt(after, "devices", "disks").filter((disk) => deviceNoun(disk) === "disk" && around.volumeOf(disk)?.action === "replace");
}

const isDown = (nic: Shown): boolean => textAt(nic, "link", "state") === "down";

/** The networks that a guest loses: by detaching the last interface on one, or by setting its link down. */
export function lostNetworks(subject: Subject): readonly string[] {
  const { items, pairs } = subject.difference;
  const left = new Set(treesAt(subject.after, "devices", "interfaces").flatMap((nic) => (isDown(nic) ? [] : [plugOf(nic)])));
  const detached = items.filter((item) => item.kind === "devices.interfaces" && item.action === "removed");
  const unplugged = pairs.filter((pair) => pair.kind === "devices.interfaces" && isDown(pair.after));
  const gone: readonly Shown[] = [...detached.map((item) => item.value), ...unplugged.map((pair) => pair.before)];
  return [...new Set(gone.filter((nic) => !isDown(nic)).map(plugOf))].filter((plug) => !left.has(plug));
}

/** Whether a guest has an interface that is up. */
export const isConnected = (side: Shown): boolean => treesAt(side, "devices", "interfaces").some((nic) => !isDown(nic));

/** Whether a guest is to be started or stopped. */
export function powerChange(subject: Subject): "start" | "stop" | undefined {
  const leaf = subject.difference.own.find((one) => one.kind === "running");
  if (!leaf) return undefined;
  const [before, after] = sides(leaf);
  if (after === true && before !== true) return "start";
  return after === false && before !== false ? "stop" : undefined;
}
