import { setTimeout as delay } from "node:timers/promises";
import type { Libvirt } from "../../libvirt/connection.ts";
import type { Values } from "../../model/values.ts";
import { volumeKey, type VolumeName } from "../volume/name.ts";
import { Inventory, type Overlay, overlaysOn, type VolumeAt } from "./inventory.ts";

/** An engine may reach a guest and never plan it, for example if its configuration is invalid. */
const LONGEST_TURN_MS = 15_000;

/** What a plan does with an existing volume. */
export type Removal = "destroyed" | "replaced";

/** A volume whose deletion waits until the guest that has it open releases it. */
interface Waiting {
  readonly volume: VolumeAt;
  readonly guests: Set<string>;
  readonly remove: () => Promise<void>;
}

/** Who uses what on the host of one provider process, and what this run does about it. */
export class HostUsers {
  readonly #libvirt: () => Promise<Libvirt>;
  readonly #removals = new Map<string, Removal>();
  readonly #planned = new Map<string, Values>();
  /** Guests that the engine has reached in this run, by UUID; each resolves once the engine is done with the guest. */
  readonly #turns = new Map<string, PromiseWithResolvers<void>>();
  /** Callbacks that reinsert media ejected from drives for a recreated volume, by volume. */
  readonly #insertions = new Map<string, (() => Promise<void>)[]>();
  readonly #waiting = new Set<Waiting>();
  #inventory: Promise<Inventory> | undefined;
  #overlays: Promise<ReadonlyMap<string, readonly Overlay[]>> | undefined;

  constructor(libvirt: () => Promise<Libvirt>) {
    this.#libvirt = libvirt;
  }

  /** @param maxAgeMs maximum age. @default any age within this process */
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
    this.#removals.set(volumeKey({ pool, name }), removal);
    if (path !== "") this.#removals.set(path, removal);
  }

  /** What this run does with a volume, given as `volume POOL/NAME` or as its path. */
  removalOf(volume: string): Removal | undefined {
    return this.#removals.get(volume);
  }

  /** The engine has reached this guest: everything it refers to is planned. */
  comeTo(guest: string): void {
    this.#turnOf(guest);
  }

  /** The engine is done with this guest, which continues as planned; without `planned`, the guest is removed or recreated. */
  leave(guest: string, planned?: Values): void {
    if (planned !== undefined) this.#planned.set(guest, planned);
    this.#turnOf(guest).resolve(); // a plan to destroy may reach it again
  }

  #turnOf(guest: string): PromiseWithResolvers<void> {
    const turn = this.#turns.get(guest) ?? Promise.withResolvers();
    this.#turns.set(guest, turn);
    return turn;
  }

  /**
   * What a guest is planned to be once the engine is done with it, for a guest planned in parallel with the caller: neither refers to
   * the other. Undefined for a guest that the engine has not reached, or that is removed.
   */
  async plannedBeside(guest: string): Promise<Values | undefined> {
    const turn = this.#turns.get(guest);
    if (turn !== undefined) await Promise.race([turn.promise, delay(LONGEST_TURN_MS, undefined, { ref: false })]);
    return this.#planned.get(guest);
  }

  insertLater(volume: VolumeName, insert: () => Promise<void>): void {
    const key = volumeKey(volume);
    this.#insertions.set(key, [...(this.#insertions.get(key) ?? []), insert]);
  }

  async insert(volume: VolumeName): Promise<void> {
    const key = volumeKey(volume);
    const all = this.#insertions.get(key) ?? [];
    this.#insertions.delete(key);
    for (const one of all) await one();
  }

  /** Removes a volume once none of these guests has it. */
  removeLater(volume: VolumeAt, guests: readonly string[], remove: () => Promise<void>): void {
    this.#waiting.add({ volume, guests: new Set(guests), remove });
  }

  /** A guest was changed or removed: removes the volumes it released. */
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
