import { Procedure } from "./procedures.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import { LIST_MAX } from "./xdr/limits.ts";
import type { XdrReader } from "./xdr/reader.ts";
import { XdrWriter } from "./xdr/writer.ts";

/** A domain as identified on the wire. Calls find it by its UUID. */
export interface DomainRef {
  readonly name: string;
  /** With dashes, lower case. */
  readonly uuid: string;
  /** The id of the running guest; absent or -1 if it is not running. */
  readonly id?: number;
}

export interface NetworkRef {
  readonly name: string;
  readonly uuid: string;
}

export interface PoolRef {
  readonly name: string;
  readonly uuid: string;
}

export interface VolumeRef {
  /** The pool's name. */
  readonly pool: string;
  readonly name: string;
  /** Identifies the volume on the host permanently; for a file, its path. */
  readonly key: string;
}

export interface SecretRef {
  readonly uuid: string;
  /** `virSecretUsageType`: 0 none, 1 volume, 2 ceph, 3 iscsi, 4 tls, 5 vtpm. */
  readonly usageType: number;
  readonly usageId: string;
}

const hexOf = (value: string): string => value.replaceAll("-", "");

/** remote_uuid: opaque[16]. */
export const writeUuid = (writer: XdrWriter, uuid: string): XdrWriter => {
  const hex = hexOf(uuid);
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new TypeError(`"${uuid}" is not a UUID`);
  return writer.fixed(Buffer.from(hex, "hex"));
};

export const readUuid = (reader: XdrReader): string => {
  const hex = reader.fixed(16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** remote_nonnull_domain: string name, uuid, int id. */
export const writeDomain = (writer: XdrWriter, { name, uuid, id }: DomainRef): XdrWriter =>
  writeUuid(writer.string(name), uuid).int(id ?? -1);

export const readDomain = (reader: XdrReader): DomainRef => {
  const name = reader.string();
  const uuid = readUuid(reader);
  const id = reader.int();
  return id < 0 ? { name, uuid } : { name, uuid, id };
};

/** remote_nonnull_network and remote_nonnull_storage_pool: string name, uuid. */
export const writeNamed = (writer: XdrWriter, { name, uuid }: NetworkRef | PoolRef): XdrWriter => writeUuid(writer.string(name), uuid);

export const readNamed = (reader: XdrReader): NetworkRef & PoolRef => ({ name: reader.string(), uuid: readUuid(reader) });

/** remote_nonnull_storage_vol: string pool, string name, string key. */
export const writeVolume = (writer: XdrWriter, { pool, name, key }: VolumeRef): XdrWriter => writer.string(pool).string(name).string(key);

export const readVolume = (reader: XdrReader): VolumeRef => ({ pool: reader.string(), name: reader.string(), key: reader.string() });

/** remote_nonnull_secret: uuid, int usageType, string usageID. */
export const writeSecret = (writer: XdrWriter, { uuid, usageType, usageId }: SecretRef): XdrWriter =>
  writeUuid(writer, uuid).int(usageType).string(usageId);

export const readSecret = (reader: XdrReader): SecretRef => ({ uuid: readUuid(reader), usageType: reader.int(), usageId: reader.string() });

/** A message body that begins with the object of the call. */
export const about = {
  domain: (ref: DomainRef, room = 256): XdrWriter => writeDomain(body(room), ref),
  named: (ref: NetworkRef | PoolRef, room = 256): XdrWriter => writeNamed(body(room), ref),
  volume: (ref: VolumeRef, room = 512): XdrWriter => writeVolume(body(room), ref),
};

/** remote_connect_list_all_*: int need_results, unsigned int flags; returns array, unsigned int count. */
export const listAll = async <T>(
  rpc: RpcClient,
  procedure: (typeof Procedure)[keyof typeof Procedure],
  flags: number,
  read: (reader: XdrReader) => T,
  max: number = LIST_MAX,
  subject: XdrWriter = body(64),
): Promise<T[]> => (await rpc.call(procedure, subject.int(1).uint(flags))).array(max, read);
