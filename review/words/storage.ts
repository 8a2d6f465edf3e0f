import { at, textAt, type Shown } from "../tree.ts";
import { bytesOf } from "../units.ts";
import { runs, type Subject, type Surroundings } from "../subject.ts";
import { listed, phrasesOf, sizeAt, wordsOf, type Phrase } from "./common.ts";

/** `40 GiB, qcow2, in pool default, on top of debian-12.qcow2`. */
export function volumeSummary(side: Shown): string {
  const parts = [sizeAt(side, "capacity", "bytes"), textAt(side, "target", "format", "type")].filter((part) => part !== undefined);
  const pool = textAt(side, "pool");
  if (pool !== undefined) parts.push(`in pool ${pool}`);
  const backing = textAt(side, "backing_store", "path");
  if (backing !== undefined) parts.push(`on top of ${backing.split("/").at(-1)}`);
  const url = textAt(side, "create", "content", "url");
  if (url !== undefined) parts.push(`filled from ${url}`);
  return parts.join(", ");
}

/** `disk vda of web1, disk vdb of web2`. */
export function usersOf(volume: Subject, around: Surroundings): string {
  return listed(around.guestsOn(volume).map(({ guest, disk }) => `disk ${textAt(disk, "target", "dev") ?? "?"} of ${guest.name}`));
}

const bytesAt = (side: Shown): number | undefined => {
  const amount = at(side, "capacity");
  return typeof amount === "number" ? bytesOf(amount, textAt(side, "capacity_unit") ?? "bytes") : undefined;
};

/** `grows 20 GiB → 40 GiB (online)`, and what else changes. */
export function volumePhrases(subject: Subject, around: Surroundings): { growth?: string; phrases: Phrase[] } {
  const growing = subject.difference.own.find((leaf) => leaf.kind === "capacity");
  const phrases = phrasesOf(subject.difference, { label: wordsOf, skip: (kind) => kind === "capacity" });
  const [before, after] = [bytesAt(subject.before), bytesAt(subject.after)];
  if (!growing || before === undefined || after === undefined) {
    return { phrases: growing && !growing.computed ? phrasesOf(subject.difference, { label: wordsOf }) : phrases };
  }
  const verb = after > before ? "grows" : "shrinks";
  const online = around.guestsOn(subject).some(({ guest }) => runs(guest.before) === true);
  const sizes = `${sizeAt(subject.before, "capacity", "bytes")} → ${sizeAt(subject.after, "capacity", "bytes")}`;
  return { growth: `${verb} ${sizes}${online && verb === "grows" ? " (online)" : ""}`, phrases };
}

const POOL_LABELS: Readonly<Record<string, string>> = {
  "create.autostart": "autostart",
  "target.path": "path",
  "source.format.type": "format",
};

export const poolPhrases = (subject: Subject): Phrase[] =>
  phrasesOf(subject.difference, { label: (kind) => POOL_LABELS[kind] ?? wordsOf(kind) });

/** `dir, /var/lib/libvirt/images`. */
export function poolSummary(side: Shown): string {
  return [textAt(side, "type"), textAt(side, "target", "path") ?? textAt(side, "source", "name")]
    .filter((part) => part !== undefined)
    .join(", ");
}

/** Whether a pool's storage is removed with it: the registry provider deletes it unless told not to, cdkvm's only if told to. */
export function losesStorage(pool: Subject): boolean {
  const wish = at(pool.before, "destroy", "delete");
  if (wish === true) return true;
  return wish !== false && pool.resource.provider_name.endsWith("dmacvicar/libvirt");
}
