import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { DomainXml, ListPools, PoolXml } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { child, parseXml, textOf } from "../../model/xml.ts";
import type { Value, Values } from "../../model/values.ts";
import { volumeKey, type VolumeName } from "../volume/name.ts";
import { type Use, usesIn } from "./uses.ts";

/** A guest and something it uses. */
export interface User {
  readonly guest: DomainRef;
  readonly use: Use;
  /** Whether the running guest has it, not only the definition. */
  readonly runs: boolean;
}

/** A volume backed by another one. */
export interface Overlay {
  readonly pool: string;
  readonly name: string;
  readonly key: string;
}

export interface VolumeAt extends VolumeName {
  readonly path: string;
}

/** Lookup keys: by path, or by name in a pool. */
const keysOf = (volume: VolumeAt): readonly string[] => [volumeKey(volume), `path ${volume.path}`];

export const volumeAt = (state: Values): VolumeAt => {
  const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");
  return { pool: text(state["pool"]), name: text(state["name"]), path: text(state["path"]) || text(state["key"]) };
};

/** Who uses what on a host: from each guest's definition and, if it runs, its live configuration. */
export class Inventory {
  readonly takenAt = Date.now();
  readonly #users = new Map<string, User[]>();
  /** Directory or device of each pool: the prefix of its volumes' paths. */
  readonly #targets: ReadonlyMap<string, string>;

  private constructor(targets: ReadonlyMap<string, string>) {
    this.#targets = targets;
  }

  static async take(libvirt: Libvirt): Promise<Inventory> {
    const [guests, targets] = await Promise.all([libvirt.domains.list(), targetsOf(libvirt)]);
    const inventory = new Inventory(targets);
    await Promise.all(guests.map(async (guest) => inventory.#add(await usersIn(libvirt, guest))));
    return inventory;
  }

  ofVolume(volume: VolumeAt): readonly User[] {
    return unique(keysOf(volume).flatMap((key) => this.#users.get(key) ?? []));
  }

  ofNetwork(name: string): readonly User[] {
    return unique(this.#users.get(`network ${name}`) ?? []);
  }

  /** Guests that refer to a volume by the name of this pool. */
  ofPool(name: string): readonly User[] {
    return unique(this.#users.get(`pool ${name}`) ?? []);
  }

  /** Guests that use a file of this directory. */
  ofDirectory(path: string): readonly User[] {
    const within = path.replace(/\/*$/, "/");
    const found = [...this.#users].flatMap(([key, users]) => (key.startsWith(`path ${within}`) ? users : []));
    return unique(found);
  }

  #add(users: readonly User[]): void {
    for (const user of users) {
      for (const key of this.#keys(user.use)) {
        const known = this.#users.get(key);
        if (known === undefined) this.#users.set(key, [user]);
        else known.push(user);
      }
    }
  }

  #keys({ path, volume, network }: Use): string[] {
    if (path !== undefined) return [`path ${path}`];
    if (network !== undefined) return [`network ${network}`];
    if (volume === undefined) return [];
    const target = this.#targets.get(volume.pool);
    return [
      volumeKey(volume),
      `pool ${volume.pool}`,
      ...(target === undefined ? [] : [`path ${target.replace(/\/*$/, "/")}${volume.name}`]),
    ];
  }
}

/** One entry per guest and device; prefers the entry of the running guest. */
function unique(users: readonly User[]): readonly User[] {
  const found = new Map<string, User>();
  for (const user of users) {
    const key = `${user.guest.uuid} ${user.use.as} ${user.use.device}`;
    if (user.runs || !found.has(key)) found.set(key, user);
  }
  return [...found.values()];
}

/** What one guest uses; nothing if the guest is gone. */
export async function usersIn({ domains }: Libvirt, guest: DomainRef): Promise<User[]> {
  try {
    const now = parseXml(await domains.xml(guest));
    const active = "id" in now.attributes;
    const of = (runs: boolean) => (use: Use) => ({ guest, use, runs });
    const live = usesIn(now).map(of(active));
    if (!active || !(await domains.isPersistent(guest))) return live;
    return [...live, ...usesIn(parseXml(await domains.xml(guest, DomainXml.INACTIVE))).map(of(false))];
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return [];
    throw error;
  }
}

async function targetsOf({ pools }: Libvirt): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    (await pools.list()).map(async (pool): Promise<[string, string][]> => {
      try {
        const target = child(parseXml(await pools.xml(pool, PoolXml.INACTIVE)), "target");
        const path = target && child(target, "path");
        return path === undefined ? [] : [[pool.name, textOf(path)]];
      } catch (error) {
        if (isLibvirtError(error, "NO_STORAGE_POOL")) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}

/** The volumes of running pools, by the path of their backing file. */
export async function overlaysOn({ pools, volumes }: Libvirt): Promise<ReadonlyMap<string, readonly Overlay[]>> {
  const found = new Map<string, Overlay[]>();
  for (const pool of await pools.list(ListPools.ACTIVE)) {
    const all = await volumes.list(pool).catch(() => []); // the pool was stopped meanwhile
    await Promise.all(
      all.map(async (volume) => {
        try {
          const backing = child(parseXml(await volumes.xml(volume)), "backingStore");
          const path = backing && child(backing, "path");
          if (path === undefined) return;
          const backingPath = textOf(path);
          found.set(backingPath, [...(found.get(backingPath) ?? []), { pool: pool.name, name: volume.name, key: volume.key }]);
        } catch (error) {
          if (!isLibvirtError(error)) throw error; // gone or unreadable: its owner is reported elsewhere
        }
      }),
    );
  }
  return found;
}
