import { Procedure } from "./procedures.ts";
import { about, listAll, type PoolRef, readNamed, type VolumeRef, writeUuid } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";

const states = ["inactive", "building", "running", "degraded", "inaccessible"] as const;

/** `virStoragePoolInfo`, bytes. */
export interface PoolInfo {
  readonly state: (typeof states)[number];
  readonly capacity: number;
  readonly allocation: number;
  readonly available: number;
}

/** Storage pools: https://libvirt.org/html/libvirt-libvirt-storage.html. Flags are those of `libvirt/flags.ts`. */
export class Pools {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  /** `virConnectListAllStoragePools`; flags of {@link ListPools}. */
  list(flags = 0): Promise<PoolRef[]> {
    return listAll(this.#rpc, Procedure.CONNECT_LIST_ALL_STORAGE_POOLS, flags, readNamed);
  }

  /** Throws NO_STORAGE_POOL. */
  async lookupByName(name: string): Promise<PoolRef> {
    return readNamed(await this.#rpc.call(Procedure.STORAGE_POOL_LOOKUP_BY_NAME, body().string(name)));
  }

  /** Throws NO_STORAGE_POOL. */
  async lookupByUUID(uuid: string): Promise<PoolRef> {
    return readNamed(await this.#rpc.call(Procedure.STORAGE_POOL_LOOKUP_BY_UUID, writeUuid(body(64), uuid)));
  }

  /** The pool of a volume. */
  async lookupByVolume(volume: VolumeRef): Promise<PoolRef> {
    return readNamed(await this.#rpc.call(Procedure.STORAGE_POOL_LOOKUP_BY_VOLUME, about.volume(volume)));
  }

  /** `virStoragePoolDefineXML`; flags of {@link PoolDefine}. */
  async define(xml: string, flags = 0): Promise<PoolRef> {
    return readNamed(
      await this.#rpc.call(
        Procedure.STORAGE_POOL_DEFINE_XML,
        body(xml.length + 64)
          .string(xml)
          .uint(flags),
      ),
    );
  }

  /** `virStoragePoolBuild`: creates the storage (directory, volume group); flags of {@link PoolBuild}. */
  async build(pool: PoolRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_POOL_BUILD, about.named(pool).uint(flags));
  }

  /** Starts the pool; flags of {@link PoolCreate}. */
  async create(pool: PoolRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_POOL_CREATE, about.named(pool).uint(flags));
  }

  /** Stops the pool; the storage stays. */
  async destroy(pool: PoolRef): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_POOL_DESTROY, about.named(pool));
  }

  /** `virStoragePoolDelete`: deletes the storage; flags of {@link PoolDelete}. */
  async delete(pool: PoolRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_POOL_DELETE, about.named(pool).uint(flags));
  }

  async undefine(pool: PoolRef): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_POOL_UNDEFINE, about.named(pool));
  }

  /** Rescans the volumes. */
  async refresh(pool: PoolRef): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_POOL_REFRESH, about.named(pool).uint(0));
  }

  /** `virStoragePoolGetXMLDesc`; flags of {@link PoolXml}. */
  async xml(pool: PoolRef, flags = 0): Promise<string> {
    return (await this.#rpc.call(Procedure.STORAGE_POOL_GET_XML_DESC, about.named(pool).uint(flags))).string();
  }

  /** unsigned char state, unsigned hyper capacity, unsigned hyper allocation, unsigned hyper available. */
  async info(pool: PoolRef): Promise<PoolInfo> {
    const reader = await this.#rpc.call(Procedure.STORAGE_POOL_GET_INFO, about.named(pool));
    const state = states[reader.uint()] ?? "inaccessible";
    return { state, capacity: reader.size(), allocation: reader.size(), available: reader.size() };
  }

  async autostart(pool: PoolRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.STORAGE_POOL_GET_AUTOSTART, about.named(pool))).bool();
  }

  async setAutostart(pool: PoolRef, autostart: boolean): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_POOL_SET_AUTOSTART, about.named(pool).bool(autostart));
  }

  async isActive(pool: PoolRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.STORAGE_POOL_IS_ACTIVE, about.named(pool))).bool();
  }

  async isPersistent(pool: PoolRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.STORAGE_POOL_IS_PERSISTENT, about.named(pool))).bool();
  }

  /** `virConnectFindStoragePoolSources`: XML of possible sources for a pool of this type (`logical`, `iscsi`, `netfs`). */
  async findSources(type: string, sourceSpec?: string): Promise<string> {
    const args = body().string(type).optionalString(sourceSpec).uint(0);
    return (await this.#rpc.call(Procedure.CONNECT_FIND_STORAGE_POOL_SOURCES, args)).string();
  }
}
