import { listed } from "../../model/listed.ts";
import { type Phrase, phrasesOf } from "../phrase.ts";
import { registryUpdate } from "../registry.ts";
import { runs, type Subject } from "../subject.ts";
import type { Surroundings } from "../surroundings.ts";
import { at, textAt } from "../tree.ts";
import { bytesAt, formatGrowth, sizeAt } from "../units.ts";
import type { ResourceKind } from "./kind.ts";

export const volume: ResourceKind = {
  noun: "volume",
  relate: (subject, around) => around.addVolume(subject),
  isDisposable: (subject, around) => around.isSeedVolume(subject),

  /** `40 GiB, qcow2, in pool default, on top of debian-12.qcow2` */
  summary(side) {
    const parts = [sizeAt(side, "capacity", "bytes"), textAt(side, "target", "format", "type")].filter((part) => part !== undefined);
    const inPool = textAt(side, "pool");
    if (inPool !== undefined) parts.push(`in pool ${inPool}`);
    const backing = textAt(side, "backing_store", "path");
    if (backing !== undefined) parts.push(`on top of ${backing.split("/").at(-1)}`);
    const url = textAt(side, "create", "content", "url");
    if (url !== undefined) parts.push(`filled from ${url}`);
    return parts.join(", ");
  },

  phrases(subject, around) {
    const resized = resizedPhrase(subject, around);
    return [...resized, ...phrasesOf(subject.difference, { skip: (kind) => kind === "capacity" && resized.length > 0 })];
  },

  dataLoss(subject, _, around) {
    const all = around.overlaysOn(subject);
    const overlays = all.filter((one) => one.action !== "delete" && one.action !== "replace").map(({ name }) => name);
    const disks = disksOf(subject, around);
    const size = sizeAt(subject.before, "capacity", "bytes");
    // an image whose overlays are all removed with it, and which no guest has as a disk: it can be fetched again
    if (disks.length === 0 && overlays.length === 0 && all.length > 0 && at(subject.before, "create") !== null) return undefined;
    const usedBy = around.othersOn(`volume ${textAt(subject.before, "name") ?? ""} in pool ${textAt(subject.before, "pool") ?? ""}`);
    return { lost: ["data"], size, disks, overlays, usedBy };
  },

  interruption: () => undefined,
};

/** `disk vda of web1` */
const disksOf = (volume: Subject, around: Surroundings): string[] =>
  around.guestsOn(volume).map(({ guest, disk }) => `disk ${textAt(disk, "target", "dev") ?? "?"} of ${guest.name}`);

/** `grows 20 → 40 GiB (online), disk vda of web1`; none if a size is not known. */
function resizedPhrase(subject: Subject, around: Surroundings): Phrase[] {
  const leaf = subject.difference.own.find(({ kind }) => kind === "capacity");
  const [old, now] = [bytesAt(subject.before, "capacity", "bytes"), bytesAt(subject.after, "capacity", "bytes")];
  if (leaf === undefined || old === undefined || now === undefined) return [];
  const grows = now > old;
  const isOnline =
    grows && registryUpdate(subject) === undefined && around.guestsOn(subject).some(({ guest }) => runs(guest.before) === true);
  const [before, after] = formatGrowth(old, now);
  const disks = disksOf(subject, around);
  return [
    {
      kind: grows ? "grown" : "shrunk",
      change: leaf.change,
      before,
      after,
      bytes: [old, now],
      ...(disks.length > 0 ? { detail: listed(disks) } : {}),
      ...(isOnline ? { online: true as const } : {}),
    },
  ];
}
