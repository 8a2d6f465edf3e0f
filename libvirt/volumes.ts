import { Procedure } from "./procedures.ts";
import { about, listAll, type PoolRef, readVolume, type VolumeRef, writeNamed, writeVolume } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import { LIST_MAX } from "./xdr/limits.ts";
import { downloadFrom, uploadTo, type DownloadOptions, type UploadOptions } from "./volume-transfer.ts";

const types = ["file", "block", "dir", "network", "netdir", "ploop"] as const;

/** `virStorageVolInfo`, bytes. */
export interface VolumeInfo {
  readonly type: (typeof types)[number];
  /** Size visible to the guest. */
  readonly capacity: number;
  /** Space used on the host. */
  readonly allocation: number;
}

/** Storage volumes: https://libvirt.org/html/libvirt-libvirt-storage.html. Flags are those of `libvirt/flags.ts`. */
export class Volumes {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  /** `virStoragePoolListAllVolumes`. */
  list(pool: PoolRef): Promise<VolumeRef[]> {
    return listAll(this.#rpc, Procedure.STORAGE_POOL_LIST_ALL_VOLUMES, 0, readVolume, LIST_MAX, about.named(pool));
  }

  /** Throws NO_STORAGE_VOL; NO_STORAGE_POOL if the pool is gone; OPERATION_INVALID if it is not active. */
  async lookupByName(pool: PoolRef, name: string): Promise<VolumeRef> {
    return readVolume(await this.#rpc.call(Procedure.STORAGE_VOL_LOOKUP_BY_NAME, about.named(pool).string(name)));
  }

  /** Searches all active pools. */
  async lookupByPath(path: string): Promise<VolumeRef> {
    return readVolume(await this.#rpc.call(Procedure.STORAGE_VOL_LOOKUP_BY_PATH, body().string(path)));
  }

  /** Searches all active pools. */
  async lookupByKey(key: string): Promise<VolumeRef> {
    return readVolume(await this.#rpc.call(Procedure.STORAGE_VOL_LOOKUP_BY_KEY, body().string(key)));
  }

  /** `virStorageVolCreateXML`; flags of {@link VolumeCreate}. Throws STORAGE_VOL_EXIST. */
  async create(pool: PoolRef, xml: string, flags = 0): Promise<VolumeRef> {
    const args = writeNamed(body(xml.length + 128), pool)
      .string(xml)
      .uint(flags);
    return readVolume(await this.#rpc.call(Procedure.STORAGE_VOL_CREATE_XML, args));
  }

  /** `virStorageVolCreateXMLFrom`: a new volume with the data of another one. */
  async createFrom(pool: PoolRef, xml: string, source: VolumeRef, flags = 0): Promise<VolumeRef> {
    const args = writeVolume(writeNamed(body(xml.length + 512), pool).string(xml), source).uint(flags);
    return readVolume(await this.#rpc.call(Procedure.STORAGE_VOL_CREATE_XML_FROM, args));
  }

  /** `virStorageVolDelete`; flags of {@link VolumeDelete}. */
  async delete(volume: VolumeRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_VOL_DELETE, about.volume(volume).uint(flags));
  }

  async xml(volume: VolumeRef): Promise<string> {
    return (await this.#rpc.call(Procedure.STORAGE_VOL_GET_XML_DESC, about.volume(volume).uint(0))).string();
  }

  /** The volume's path on the host. */
  async path(volume: VolumeRef): Promise<string> {
    return (await this.#rpc.call(Procedure.STORAGE_VOL_GET_PATH, about.volume(volume))).string();
  }

  /** char type, unsigned hyper capacity, unsigned hyper allocation; with flags of {@link VolumeInfoFlag}. */
  async info(volume: VolumeRef, flags = 0): Promise<VolumeInfo> {
    const args = about.volume(volume);
    const reader =
      flags === 0
        ? await this.#rpc.call(Procedure.STORAGE_VOL_GET_INFO, args)
        : await this.#rpc.call(Procedure.STORAGE_VOL_GET_INFO_FLAGS, args.uint(flags));
    return { type: types[reader.int()] ?? "file", capacity: reader.size(), allocation: reader.size() };
  }

  /**
   * `virStorageVolResize`, bytes; flags of {@link VolumeResize}. Only while no running guest uses it: see
   * `DomainDevices.blockResize`.
   */
  async resize(volume: VolumeRef, bytes: number, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_VOL_RESIZE, about.volume(volume).uhyper(bytes).uint(flags));
  }

  /** `virStorageVolWipe`: overwrites the volume's data with zeros. */
  async wipe(volume: VolumeRef): Promise<void> {
    await this.#rpc.call(Procedure.STORAGE_VOL_WIPE, about.volume(volume).uint(0));
  }

  /**
   * `virStorageVolUpload`: writes the source into the volume, byte for byte, in bounded memory. Resolves with the number
   * of bytes once libvirt has all of them, which is verified. After an error or an abort, the volume is incomplete.
   *
   * @throws CDKVM_UPLOAD_LOST if libvirt wrongly confirms that it has all of them
   */
  upload(volume: VolumeRef, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: UploadOptions = {}): Promise<number> {
    return uploadTo(this.#rpc, volume, source, options);
  }

  /** `virStorageVolDownload`: the volume's bytes in order; leaving the loop early ends the transfer. */
  download(volume: VolumeRef, options: DownloadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return downloadFrom(this.#rpc, volume, options);
  }
}
