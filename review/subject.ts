import { actionKind, type ActionKind, type ResourceChange } from "../engine/plan.ts";
import type { Table } from "../model/table.ts";
import { UNKNOWN } from "../model/values.ts";
import { compare, type Difference } from "./compare.ts";
import { isTree, textAt, treesAt, type Shown, type Tree } from "./tree.ts";

/** One resource of the plan, with its secrets removed. */
export interface Subject {
  readonly resource: ResourceChange;
  readonly table: Table | undefined;
  readonly action: ActionKind;
  readonly name: string;
  readonly noun: string;
  readonly before: Shown;
  readonly after: Shown;
  readonly difference: Difference;
}

const NOUNS: Readonly<Record<string, string>> = {
  libvirt_domain: "guest",
  libvirt_volume: "volume",
  libvirt_pool: "pool",
  libvirt_network: "network",
  libvirt_cloudinit_disk: "cloud-init disk",
  libvirt_ignition: "ignition file",
  libvirt_combustion: "combustion disk",
};

export function subjectOf(
  resource: ResourceChange,
  table: Table | undefined,
  sides: { before: Shown; after: Shown },
  mayConfigure?: (attribute: string) => boolean,
): Subject {
  const { before, after } = sides;
  const action = actionKind(resource.change);
  const replacing = (resource.change.replace_paths ?? []).map((path) => path.filter((step) => typeof step === "string").join("."));
  const index = resource.index === undefined ? "" : `[${resource.index}]`;
  return {
    resource,
    table,
    action,
    name: textAt(after, "name") ?? textAt(before, "name") ?? `${resource.name}${index}`,
    noun: NOUNS[resource.type] ?? resource.type,
    before,
    after,
    difference: compare(before, after, table, { replacing, ...(mayConfigure && { mayConfigure }) }),
  };
}

const sidesOf = (subject: Subject): readonly Shown[] => [subject.before, subject.after];

export interface DiskUse {
  readonly guest: Subject;
  readonly disk: Tree;
}

/** Dependencies across the plan, before and after it. */
export class Surroundings {
  readonly #byType: ReadonlyMap<string, readonly Subject[]>;
  readonly #inUse: Readonly<Record<string, string>>;
  readonly #volumes = new Map<string, Subject>();
  readonly #uses = new Map<Subject, DiskUse[]>();
  readonly #overlays = new Map<string, Subject[]>();
  readonly #guestsIn = new Map<string, Set<Subject>>();
  readonly #guestByMac = new Map<string, Subject>();
  readonly #reservations = new Map<string, string>();
  readonly #seeds = new Set<string>();

  constructor(subjects: readonly Subject[], inUse: Readonly<Record<string, string>> = {}) {
    this.#inUse = inUse;
    this.#byType = Map.groupBy(subjects, (subject) => subject.resource.type);
    for (const volume of this.#of("libvirt_volume")) this.#addVolume(volume);
    for (const guest of this.#of("libvirt_domain")) this.#addGuest(guest);
    for (const network of this.#of("libvirt_network")) this.#addNetwork(network);
    for (const type of ["libvirt_cloudinit_disk", "libvirt_ignition", "libvirt_combustion"]) {
      for (const path of this.#of(type).flatMap((seed) => sidesOf(seed).map((side) => textAt(side, "path"))))
        if (path !== undefined) this.#seeds.add(path);
    }
  }

  /** Who is on a network in addition to the guests of this plan. */
  othersOn(network: string): string | undefined {
    return this.#inUse[`network ${network}`];
  }

  #of(type: string): readonly Subject[] {
    return this.#byType.get(type) ?? [];
  }

  #addVolume(volume: Subject): void {
    for (const side of sidesOf(volume)) {
      const path = textAt(side, "path");
      if (path !== undefined) this.#volumes.set(path, volume);
      const name = textAt(side, "name");
      if (name !== undefined) this.#volumes.set(`${textAt(side, "pool") ?? ""}\n${name}`, volume);
    }
    const backing = textAt(volume.before, "backing_store", "path");
    if (backing !== undefined) add(this.#overlays, backing, volume);
  }

  #addGuest(guest: Subject): void {
    for (const disk of treesAt(guest.before, "devices", "disks")) {
      const volume = this.volumeOf(disk);
      if (volume) add(this.#uses, volume, { guest, disk });
    }
    for (const nic of treesAt(guest.before, "devices", "interfaces")) {
      const network = textAt(nic, "source", "network", "network");
      if (network !== undefined) this.#guestsIn.set(network, (this.#guestsIn.get(network) ?? new Set()).add(guest));
    }
    for (const nic of sidesOf(guest).flatMap((side) => treesAt(side, "devices", "interfaces"))) {
      const mac = textAt(nic, "mac", "address");
      if (mac !== undefined) this.#guestByMac.set(mac.toLowerCase(), guest);
    }
  }

  #addNetwork(network: Subject): void {
    for (const host of treesAt(network.after, "ips").flatMap((ip) => treesAt(ip, "dhcp", "hosts"))) {
      const [mac, address] = [textAt(host, "mac"), textAt(host, "ip")];
      if (mac !== undefined && address !== undefined) this.#reservations.set(mac.toLowerCase(), address);
    }
  }

  /** The volume behind a disk, if the plan knows it. */
  volumeOf(disk: Shown): Subject | undefined {
    const path = textAt(disk, "source", "file", "file") ?? textAt(disk, "source", "block", "dev");
    if (path !== undefined) return this.#volumes.get(path);
    const volume = textAt(disk, "source", "volume", "volume");
    return volume === undefined ? undefined : this.#volumes.get(`${textAt(disk, "source", "volume", "pool") ?? ""}\n${volume}`);
  }

  /** The guests that have a volume as a disk before the plan. */
  guestsOn(volume: Subject): readonly DiskUse[] {
    return this.#uses.get(volume) ?? [];
  }

  /** Copy-on-write volumes backed by a volume before the plan. */
  overlaysOn(volume: Subject): readonly Subject[] {
    return this.#overlays.get(textAt(volume.before, "path") ?? "") ?? [];
  }

  /** Guests with an interface on a network before the plan. */
  guestsIn(network: Subject): readonly Subject[] {
    return [...(this.#guestsIn.get(textAt(network.before, "name") ?? "") ?? [])];
  }

  /** The guest with a MAC address, before or after. */
  guestWithMac(mac: string): Subject | undefined {
    return this.#guestByMac.get(mac.toLowerCase());
  }

  /** The address that a network reserves for a MAC address after the plan. */
  reservationOf(mac: string): string | undefined {
    return this.#reservations.get(mac.toLowerCase());
  }

  /** A volume that only carries a cloud-init disk or similar: it can be recreated from the configuration. */
  isSeedVolume(volume: Subject): boolean {
    const url = textAt(volume.before, "create", "content", "url");
    return url !== undefined && this.#seeds.has(url.replace(/^file:\/\//, ""));
  }
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Whether a guest runs; `undefined` if neither the configuration nor the state says. */
export function runs(side: Shown): boolean | undefined {
  if (!isTree(side)) return undefined;
  if (typeof side["running"] === "boolean") return side["running"];
  return typeof side["id"] === "number" ? side["id"] >= 0 : undefined;
}

/** Whether a running guest continues unchanged and only its definition changes: it keeps its id, which each start would renew. */
export function hasIt({ before, after }: Subject): boolean {
  const number = isTree(before) ? before["id"] : null;
  return typeof number === "number" && number >= 0 && isTree(after) && after["id"] === number;
}

/** Whether a running guest gets a new id, as at each start: the provider plans to restart it. */
export const isRenumbered = ({ before, after }: Subject): boolean => runs(before) === true && isTree(after) && after["id"] === UNKNOWN;
