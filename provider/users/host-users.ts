import { setTimeout as delay } from "node:timers/promises";
import type { Libvirt } from "../../libvirt/connection.ts";
import type { Values } from "../../model/values.ts";
import { Inventory, type Overlay, overlaysOn, type VolumeAt } from "./inventory.ts";

/** An engine may come to a guest and never plan it: one whose configuration is wrong. */
const LONGEST_TURN_MS = 15_000;

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
  readonly #planned = new Map<string, Values>();
  /** Guests that the engine has come to in this run, by UUID: resolved once it leaves them. */
  readonly #turns = new Map<string, PromiseWithResolvers<void>>();
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

  /** The engine has come to this guest: it refers to nothing that is still to be planned. */
  comeTo(guest: string): void {
    this.#turnOf(guest);
  }

  /** The engine is done with this guest, which goes on as planned; without, it goes, or is made anew. */
  leave(guest: string, planned?: Values): void {
    if (planned !== undefined) this.#planned.set(guest, planned);
    this.#turnOf(guest).resolve(); // a plan to destroy may come to it once more
  }

  #turnOf(guest: string): PromiseWithResolvers<void> {
    const turn = this.#turns.get(guest) ?? Promise.withResolvers();
    this.#turns.set(guest, turn);
    return turn;
  }

  /**
   * What a guest is planned to be once the engine leaves it: one that it is at beside the caller, so that neither refers to the other.
   * Undefined of one that it has not come to, and of one that does not go on.
   */
  async plannedBeside(guest: string): Promise<Values | undefined> {
    const turn = this.#turns.get(guest);
    if (turn !== undefined) await Promise.race([turn.promise, delay(LONGEST_TURN_MS, undefined, { ref: false })]);
    return this.#planned.get(guest);
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
