import { listed } from "../../model/listed.ts";
import { type Phrase, leafPhrase, phrasesOf, wished } from "../phrase.ts";
import { hasIt, isRenumbered, runs, type Subject } from "../subject.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Item, Leaf } from "../difference.ts";
import { at, type Shown, textAt, treesAt, type Tree } from "../tree.ts";
import { sizeAt } from "../units.ts";
import { brief, plain, sides } from "../values.ts";
import { devicePhrase, devicePhrases, diskNoun, isDown, mediaOf, plugOf } from "./guest-devices.ts";
import type { ResourceKind, Update } from "./kind.ts";

export const guest: ResourceKind = {
  noun: "guest",
  nameAlone: true,
  forced: "restart",
  relate: (subject, around) => around.addGuest(subject),

  power(subject) {
    const leaf = subject.difference.own.find((one) => one.kind === "running");
    if (!leaf) return undefined;
    const [before, after] = sides(leaf);
    if (after === true && before !== true) return "start";
    return after === false && before !== false ? "stop" : undefined;
  },

  updateEffect(subject, { classes, power }: Update, around) {
    if (power === "stop") return "stop";
    if (isRenumbered(subject) || recreatedDisks(subject, around).length > 0) return "restart";
    // a guest that is off adopts a restart's change at its next start; a guest that already has it keeps its id
    const goesOn = classes.has("restart") && (runs(subject.before) === false || hasIt(subject));
    if (classes.has("restart") && !goesOn) return "restart";
    if (power === "start") return "start";
    return goesOn && !hasIt(subject) ? "live" : undefined;
  },

  /** `2 vCPUs, 4 GiB, disk vda (web1-root, 10 GiB), interface on network lan (10.0.0.11)` */
  summary(side, around, isBrief) {
    const parts: string[] = [];
    const cpus = at(side, "vcpu");
    const online = at(side, "vcpu_current");
    const most = typeof online === "number" && online !== cpus ? `${online} of ` : "";
    if (typeof cpus === "number") parts.push(`${most}${cpus} vCPU${cpus === 1 ? "" : "s"}`);
    const memory = sizeAt(side, "memory", "KiB");
    if (memory !== undefined) parts.push(memory);
    const type = textAt(side, "type");
    if (type !== undefined && (!isBrief || type !== "kvm")) parts.push(type === "qemu" ? "emulated" : type === "kvm" ? "on KVM" : type);
    const disks = treesAt(side, "devices", "disks").map((disk) => {
      const name = `${diskNoun(disk)} ${textAt(disk, "target", "dev") ?? ""}`.trim();
      const media = mediaOf(disk, around, isBrief);
      return media === undefined ? name : `${name} (${media})`;
    });
    if (disks.length > 0) parts.push(listed(disks));
    const nics = treesAt(side, "devices", "interfaces").map((nic) => {
      const mac = textAt(nic, "mac", "address");
      const address = mac === undefined ? undefined : around.reservationOf(mac);
      return address === undefined || isBrief ? plugOf(nic) : `${plugOf(nic)} (${address})`;
    });
    if (nics.length > 0) parts.push(`${nics.length === 1 ? "interface" : "interfaces"} on ${listed(nics)}`);
    return parts.join(", ");
  },

  /** Every requested change except whether it runs, and each of its disks that the plan replaces. */
  phrases: (subject, around) => [
    ...onlinePhrase(subject),
    ...phrasesOf(
      { ...subject.difference, own: withCause(subject) },
      {
        item: (item) => plugged(item, devicePhrase(item, around), subject),
        pair: (pair) => devicePhrases(pair, around),
        skip: (kind) => kind === "running" || (kind === "vcpu_current" && subject.difference.own.some(isOneSided)),
      },
    ),
    ...recreatedDisks(subject, around).map((disk): Phrase => ({
      kind: "recreated",
      change: "restart",
      item: `disk ${textAt(disk, "target", "dev") ?? ""}`.trim(),
    })),
  ],

  dataLoss({ before }) {
    const tpm = treesAt(before, "devices", "tpms").some((one) => at(one, "backend", "emulator") !== null);
    const lost = [...(tpm ? ["TPM state"] : []), ...(at(before, "os", "nv_ram") === null ? [] : ["UEFI variables"])];
    return lost.length === 0 ? undefined : { lost, disks: [], overlays: [] };
  },

  interruption({ before }) {
    const state = runs(before);
    return { ...(state === true ? { running: true } : {}), ...(state === false ? {} : { down: true }) };
  },

  networkLoss(subject) {
    if (subject.action !== "update" || runs(subject.after) === false) return undefined;
    const { items, pairs } = subject.difference;
    const up = treesAt(subject.after, "devices", "interfaces").filter((nic) => !isDown(nic));
    const detached = items.filter(({ kind, action }) => kind === "devices.interfaces" && action === "removed").map(({ value }) => value);
    const unplugged = pairs.filter(({ kind, after }) => kind === "devices.interfaces" && isDown(after)).map(({ before }) => before);
    const lost = new Set([...detached, ...unplugged].filter((nic) => !isDown(nic)).map(plugOf));
    const left = new Set(up.map(plugOf));
    const networks = [...lost].filter((one) => !left.has(one));
    return networks.length === 0 ? undefined : { networks, ...(up.length === 0 ? { isolated: true as const } : {}) };
  },
};

const isOneSided = ({ kind, before, after }: Leaf): boolean => kind === "vcpu_current" && (before === null || after === null);

/** The number of online vCPUs, if the explicit number is added or removed: without one, all are online. */
function onlinePhrase(subject: Subject): Phrase[] {
  const { difference, before, after } = subject;
  const leaf = wished(withCause(subject)).find(isOneSided);
  if (leaf === undefined) return [];
  const online = (side: Shown): Shown => at(side, "vcpu_current") ?? at(side, "vcpu");
  const [was, is] = [online(before), online(after)] as const;
  if (was === is)
    return difference.own.some(({ kind }) => kind === "vcpu") ? [] : [{ ...leafPhrase(leaf), before: undefined, after: undefined }];
  return [{ ...leafPhrase(leaf), before: brief(plain(was)), after: brief(plain(is)) }];
}

/** A device normally plugged live causes the restart if nothing else does: the guest's machine has no slot for it. */
const plugged = (item: Item, phrase: Phrase | undefined, subject: Subject): Phrase | undefined =>
  phrase && item.change === "live" && isRestartedByLive(subject) ? { ...phrase, change: "restart" } : phrase;

/** So do memory and CPUs: the guest started with a smaller maximum than its definition has by now. */
const withCause = (subject: Subject): readonly Leaf[] =>
  subject.difference.own.map((leaf) => (MAXIMA.has(leaf.kind) && isRestartedByLive(subject) ? { ...leaf, change: "restart" } : leaf));

const MAXIMA: ReadonlySet<string> = new Set(["current_memory", "vcpu_current"]);

/** Whether the guest restarts, and none of its changes says why. */
function isRestartedByLive(subject: Subject): boolean {
  const { own, items, pairs } = subject.difference;
  const all = [...wished([...own, ...pairs.flatMap(({ difference }) => difference.leaves)]), ...items];
  return isRenumbered(subject) && !all.some(({ change }) => change === "restart");
}

/** The disks of a guest that keeps running whose volumes the plan replaces: it is off meanwhile. Media are changed while it runs. */
function recreatedDisks({ action, before, after }: Subject, around: Surroundings): readonly Tree[] {
  if (action !== "update" || runs(before) !== true || runs(after) !== true) return [];
  return treesAt(after, "devices", "disks").filter((disk) => diskNoun(disk) === "disk" && around.volumeOf(disk)?.action === "replace");
}
