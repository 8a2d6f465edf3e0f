import { textAt, treesAt, type Shown, type Tree } from "./tree.ts";
import type { Subject } from "./subject.ts";

export interface DiskUse {
  readonly guest: Subject;
  readonly disk: Tree;
}

/** Dependencies across the plan, before and after it. Each kind of resource adds its own. */
export class Surroundings {
  readonly #inUse: Readonly<Record<string, string>>;
  readonly #volumes = new Map<string, Subject>();
  readonly #disks: DiskUse[] = [];
  #uses: Map<Subject | undefined, DiskUse[]> | undefined;
  readonly #overlays = new Map<string, Subject[]>();
  readonly #guestsIn = new Map<string, Set<Subject>>();
  readonly #guestByMac = new Map<string, Subject>();
  readonly #reservations = new Map<string, string>();
  readonly #seeds = new Map<string, Subject>();

  /** @param inUse who else uses what, by `network lan` */
  constructor(inUse: Readonly<Record<string, string>> = {}) {
    this.#inUse = inUse;
  }

  addVolume(volume: Subject): void {
    for (const side of sidesOf(volume)) {
      const path = textAt(side, "path");
      if (path !== undefined) this.#volumes.set(path, volume);
      const name = textAt(side, "name");
      if (name !== undefined) this.#volumes.set(`${textAt(side, "pool") ?? ""}\n${name}`, volume);
    }
    const backing = textAt(volume.before, "backing_store", "path");
    if (backing === undefined) return;
    const overlays = this.#overlays.get(backing);
    if (overlays) overlays.push(volume);
    else this.#overlays.set(backing, [volume]);
  }

  addGuest(guest: Subject): void {
    for (const disk of treesAt(guest.before, "devices", "disks")) this.#disks.push({ guest, disk });
    for (const nic of treesAt(guest.before, "devices", "interfaces")) {
      const network = textAt(nic, "source", "network", "network");
      if (network !== undefined) this.#guestsIn.set(network, (this.#guestsIn.get(network) ?? new Set()).add(guest));
    }
    for (const nic of sidesOf(guest).flatMap((side) => treesAt(side, "devices", "interfaces"))) {
      const mac = textAt(nic, "mac", "address");
      if (mac !== undefined) this.#guestByMac.set(mac.toLowerCase(), guest);
    }
  }

  addNetwork(network: Subject): void {
    for (const host of treesAt(network.after, "ips").flatMap((ip) => treesAt(ip, "dhcp", "hosts"))) {
      const [mac, address] = [textAt(host, "mac"), textAt(host, "ip")];
      if (mac !== undefined && address !== undefined) this.#reservations.set(mac.toLowerCase(), address);
    }
  }

  addSeed(seed: Subject): void {
    for (const path of sidesOf(seed).map((side) => textAt(side, "path"))) if (path !== undefined) this.#seeds.set(path, seed);
    this.#seeds.set(seed.resource.address, seed);
  }

  /** Who uses an object in addition to the guests of this plan. @param object `network lan` */
  othersOn(object: string): { readonly object: string; readonly users: string } | undefined {
    const users = this.#inUse[object];
    return users === undefined ? undefined : { object, users };
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
    this.#uses ??= Map.groupBy(this.#disks, ({ disk }) => this.volumeOf(disk));
    return this.#uses.get(volume) ?? [];
  }

  /** The volume below a copy-on-write volume, if the plan has it. */
  backingOf(volume: Subject): Subject | undefined {
    const paths = sidesOf(volume).map((side) => textAt(side, "backing_store", "path"));
    return paths.map((path) => (path === undefined ? undefined : this.#volumes.get(path))).find((one) => one !== undefined);
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

  /** The cloud-init disk or similar that a volume is a copy of. The path of a new one is not known yet: its reference tells. */
  seedOf(volume: Subject): Subject | undefined {
    const urls = sidesOf(volume).map((side) => textAt(side, "create", "content", "url")?.replace(/^file:\/\//, ""));
    const keys = [...urls, ...volume.references.map((one) => one.split(".").slice(0, 2).join("."))];
    return keys.map((key) => (key === undefined ? undefined : this.#seeds.get(key))).find((one) => one !== undefined);
  }

  /** A volume that only carries a cloud-init disk or similar: it can be recreated from the configuration. */
  isSeedVolume(volume: Subject): boolean {
    const url = textAt(volume.before, "create", "content", "url");
    return url !== undefined && this.#seeds.has(url.replace(/^file:\/\//, ""));
  }
}

const sidesOf = (subject: Subject): readonly Shown[] => [subject.before, subject.after];
