import { actionKind, type ActionKind, type ResourceChange } from "../engine/plan.ts";
import type { Table } from "../model/table.ts";
import { compare, type Difference } from "./compare.ts";
import { isTree, textAt, treesAt, type Shown, type Tree } from "./tree.ts";

/** One resource of the plan, with its secrets taken out. */
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

export function subjectOf(resource: ResourceChange, table: Table | undefined, sides: { before: Shown; after: Shown }): Subject {
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
    difference: compare(before, after, table, replacing),
  };
}

const sidesOf = (subject: Subject): readonly Shown[] => [subject.before, subject.after];

/** What uses what, across the plan; both before and after it. */
export class Surroundings {
  readonly #subjects: readonly Subject[];
  readonly #volumes = new Map<string, Subject>();

  constructor(subjects: readonly Subject[]) {
    this.#subjects = subjects;
    for (const subject of this.of("libvirt_volume")) {
      for (const side of sidesOf(subject)) {
        const path = textAt(side, "path");
        if (path !== undefined) this.#volumes.set(path, subject);
        const name = textAt(side, "name");
        if (name !== undefined) this.#volumes.set(`${textAt(side, "pool") ?? ""}\n${name}`, subject);
      }
    }
  }

  of(type: string): readonly Subject[] {
    return this.#subjects.filter((subject) => subject.resource.type === type);
  }

  /** The volume behind a disk, where the plan knows it. */
  volumeOf(disk: Shown): Subject | undefined {
    const path = textAt(disk, "source", "file", "file") ?? textAt(disk, "source", "block", "dev");
    if (path !== undefined) return this.#volumes.get(path);
    const volume = textAt(disk, "source", "volume", "volume");
    return volume === undefined ? undefined : this.#volumes.get(`${textAt(disk, "source", "volume", "pool") ?? ""}\n${volume}`);
  }

  /** The guests that have a volume as a disk before the plan. */
  guestsOn(volume: Subject): readonly { guest: Subject; disk: Tree }[] {
    return this.of("libvirt_domain").flatMap((guest) =>
      treesAt(guest.before, "devices", "disks")
        .filter((disk) => this.volumeOf(disk) === volume)
        .map((disk) => ({ guest, disk })),
    );
  }

  /** Copy-on-write volumes on top of one that stay when the plan is done. */
  overlaysOn(volume: Subject): readonly Subject[] {
    const path = textAt(volume.before, "path");
    if (path === undefined) return [];
    return this.of("libvirt_volume").filter(
      (other) =>
        other !== volume &&
        textAt(other.before, "backing_store", "path") === path &&
        other.action !== "delete" &&
        other.action !== "replace",
    );
  }

  hasOverlays(volume: Subject): boolean {
    const path = textAt(volume.before, "path");
    return path !== undefined && this.of("libvirt_volume").some((other) => textAt(other.before, "backing_store", "path") === path);
  }

  /** Guests with an interface on a network before the plan. */
  guestsIn(network: Subject): readonly Subject[] {
    const name = textAt(network.before, "name");
    if (name === undefined) return [];
    return this.of("libvirt_domain").filter((guest) =>
      treesAt(guest.before, "devices", "interfaces").some((nic) => textAt(nic, "source", "network", "network") === name),
    );
  }

  /** The guest that has a MAC, before or after. */
  guestWithMac(mac: string): Subject | undefined {
    const wanted = mac.toLowerCase();
    return this.of("libvirt_domain").find((guest) =>
      sidesOf(guest).some((side) =>
        treesAt(side, "devices", "interfaces").some((nic) => textAt(nic, "mac", "address")?.toLowerCase() === wanted),
      ),
    );
  }

  /** The address that a network reserves for a MAC, when the plan is done. */
  reservationOf(mac: string): string | undefined {
    const wanted = mac.toLowerCase();
    for (const network of this.of("libvirt_network")) {
      for (const ip of treesAt(network.after, "ips")) {
        const host = treesAt(ip, "dhcp", "hosts").find((one) => textAt(one, "mac")?.toLowerCase() === wanted);
        if (host) return textAt(host, "ip");
      }
    }
    return undefined;
  }

  /** The paths of files that are made from the configuration alone. */
  isSeed(url: string): boolean {
    return ["libvirt_cloudinit_disk", "libvirt_ignition", "libvirt_combustion"].some((type) =>
      this.of(type).some((seed) => sidesOf(seed).some((side) => textAt(side, "path") === url)),
    );
  }

  /** A volume that only carries a seed: it is made again from the configuration. */
  isSeedVolume(volume: Subject): boolean {
    const url = textAt(volume.before, "create", "content", "url");
    if (url === undefined) return false;
    return this.isSeed(url) || this.isSeed(url.replace(/^file:\/\//, ""));
  }
}

/** Whether a guest runs; `undefined` where neither the configuration nor the state says. */
export function runs(side: Shown): boolean | undefined {
  if (!isTree(side)) return undefined;
  if (typeof side["running"] === "boolean") return side["running"];
  return typeof side["id"] === "number" ? side["id"] >= 0 : undefined;
}
