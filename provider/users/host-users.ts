import type { Libvirt } from "../../libvirt/connection.ts";
import type { Values } from "../../model/values.ts";
import { Inventory, type Overlay, overlaysOn, type VolumeAt } from "./inventory.ts";

/** What a plan does with a volume that is there. */
export type Removal = "destroyed" | "replaced";

/** A volume whose deletion waits until the guest that has it open lets go. */
interface Waiting {
  readonly volume: VolumeAt;
  readonly guests: Set<string>;
  readonly remove: () => Promise<void>;
}

/** Who uses what on the host of one provider process, and what its run does about it. */
export class HostUsers {
  readonly #libvirt: () => Promise<Libvirt>;
  readonly #removals = new Map<string, Removal>();
  /** Guests that this run has planned to go on, by UUID. */
  readonly planned = new Map<string, Values>();
  /** Put the media back that were taken out of drives for a volume that is made anew, by the volume. */
  readonly #insertions = new Map<string, (() => Promise<void>)[]>();
  readonly #waiting = new Set<Waiting>();
  #inventory: Promise<Inventory> | undefined;
  #overlays: Promise<ReadonlyMap<string, readonly Overlay[]>> | undefined;

  constructor(libvirt: () => Promise<Libvirt>) {
    this.#libvirt = libvirt;
  }

  /** @param maxAgeMs how old it may be. @default any age within this process */
  async inventory(maxAgeMs = Infinity): Promise<Inventory> {
    const known = await this.#inventory?.catch(() => undefined);
    if (known === undefined || Date.now() - known.takenAt > maxAgeMs)
      this.#inventory = this.#libvirt().then((libvirt) => Inventory.take(libvirt));
    return (await this.#inventory) as Inventory;
  }

  async overlaysOn(path: string): Promise<readonly Overlay[]> {
    this.#overlays ??= this.#libvirt().then((libvirt) => overlaysOn(libvirt));
    return (await this.#overlays).get(path) ?? [];
  }

  remove({ pool, name, path }: VolumeAt, removal: Removal): void {
    this.#removals.set(nameOf({ pool, name }), removal);
    if (path !== "") this.#removals.set(path, removal);
  }

  /** What this run does with a volume, given as `volume POOL/NAME` or as its path. */
  removalOf(volume: string): Removal | undefined {
    return this.#removals.get(volume);
  }

  insertLater(volume: Pick<VolumeAt, "pool" | "name">, insert: () => Promise<void>): void {
    const key = nameOf(volume);
    this.#insertions.set(key, [...(this.#insertions.get(key) ?? []), insert]);
  }

  async insert(volume: Pick<VolumeAt, "pool" | "name">): Promise<void> {
    const key = nameOf(volume);
    const all = this.#insertions.get(key) ?? [];
    this.#insertions.delete(key);
    for (const one of all) await one();
  }

  /** Removes a volume once none of these guests has it any more. */
  removeLater(volume: VolumeAt, guests: readonly string[], remove: () => Promise<void>): void {
    this.#waiting.add({ volume, guests: new Set(guests), remove });
  }

  /** A guest was changed or removed: what it let go of can go. */
  async released(guest: string): Promise<void> {
    const concerned = [...this.#waiting].filter(({ guests }) => guests.has(guest));
    if (concerned.length === 0) return;
    const inventory = await this.inventory(0);
    for (const one of concerned) {
      if (inventory.ofVolume(one.volume).some(({ guest: { uuid }, runs }) => runs && one.guests.has(uuid))) continue;
      this.#waiting.delete(one);
      await one.remove();
    }
  }
}

const nameOf = ({ pool, name }: Pick<VolumeAt, "pool" | "name">): string => `volume ${pool}/${name}`;
