import { DomainDevices } from "./domain-devices.ts";
import { domainStateOf, type DomainState } from "./domain-state.ts";
import { DomainTuning } from "./domain-tuning.ts";
import { MetadataType } from "./flags.ts";
import { Procedure } from "./procedures.ts";
import { about, type DomainRef, listAll, readDomain, writeDomain, writeUuid } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import { readTypedParams, type TypedParams } from "./typed-params.ts";
import { DISK_ERRORS_MAX, LIST_MAX } from "./xdr/limits.ts";
import type { XdrReader } from "./xdr/reader.ts";

/** `virDomainInfo`. */
export interface DomainInfo {
  readonly state: DomainState["state"];
  /** KiB. */
  readonly maxMemory: number;
  /** KiB. */
  readonly memory: number;
  readonly vcpus: number;
  /** Nanoseconds. */
  readonly cpuTime: number;
}

/** `virDomainDiskError`. */
export interface DiskError {
  /** The target: `vda`. */
  readonly disk: string;
  readonly error: "unspecified" | "no-space";
}

/** Domains: https://libvirt.org/html/libvirt-libvirt-domain.html. Flags are those of `libvirt/flags.ts`. */
export class Domains {
  readonly devices: DomainDevices;
  readonly tuning: DomainTuning;
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
    this.devices = new DomainDevices(rpc);
    this.tuning = new DomainTuning(rpc);
  }

  /** `virConnectListAllDomains`; flags of {@link ListDomains}. */
  list(flags = 0): Promise<DomainRef[]> {
    return listAll(this.#rpc, Procedure.CONNECT_LIST_ALL_DOMAINS, flags, readDomain);
  }

  /** Throws NO_DOMAIN. */
  async lookupByName(name: string): Promise<DomainRef> {
    return readDomain(await this.#rpc.call(Procedure.DOMAIN_LOOKUP_BY_NAME, body().string(name)));
  }

  /** Throws NO_DOMAIN. */
  async lookupByUUID(uuid: string): Promise<DomainRef> {
    return readDomain(await this.#rpc.call(Procedure.DOMAIN_LOOKUP_BY_UUID, writeUuid(body(64), uuid)));
  }

  /** `virDomainDefineXMLFlags`: defines the domain, or redefines the one with the same name and UUID. */
  async define(xml: string, flags = 0): Promise<DomainRef> {
    return readDomain(
      await this.#rpc.call(
        Procedure.DOMAIN_DEFINE_XML_FLAGS,
        body(xml.length + 64)
          .string(xml)
          .uint(flags),
      ),
    );
  }

  /** `virDomainUndefineFlags`; flags of {@link DomainUndefine}. */
  async undefine(domain: DomainRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_UNDEFINE_FLAGS, about.domain(domain).uint(flags));
  }

  /** `virDomainCreateWithFlags`: starts the domain. Returns the reference with its id. */
  async create(domain: DomainRef, flags = 0): Promise<DomainRef> {
    return readDomain(await this.#rpc.call(Procedure.DOMAIN_CREATE_WITH_FLAGS, about.domain(domain).uint(flags)));
  }

  /** `virDomainCreateXML`: starts a transient domain; flags of {@link DomainStart}. */
  async createTransient(xml: string, flags = 0): Promise<DomainRef> {
    return readDomain(
      await this.#rpc.call(
        Procedure.DOMAIN_CREATE_XML,
        body(xml.length + 64)
          .string(xml)
          .uint(flags),
      ),
    );
  }

  /** `virDomainShutdownFlags`: asks the guest; flags of {@link DomainShutdown} say how. */
  async shutdown(domain: DomainRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SHUTDOWN_FLAGS, about.domain(domain).uint(flags));
  }

  /** `virDomainDestroyFlags`: power off. */
  async destroy(domain: DomainRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_DESTROY_FLAGS, about.domain(domain).uint(flags));
  }

  async resume(domain: DomainRef): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_RESUME, about.domain(domain));
  }

  /** `virDomainPMWakeup`: wakes a sleeping domain (suspended to memory). */
  async wakeup(domain: DomainRef): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_PM_WAKEUP, about.domain(domain).uint(0));
  }

  /** `virDomainRename`: only while the domain is not running. */
  async rename(domain: DomainRef, name: string): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_RENAME, about.domain(domain).optionalString(name).uint(0));
  }

  /** `virDomainGetState`. */
  async state(domain: DomainRef): Promise<DomainState> {
    const reader = await this.#rpc.call(Procedure.DOMAIN_GET_STATE, about.domain(domain).uint(0));
    return domainStateOf(reader.int(), reader.int());
  }

  async isActive(domain: DomainRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.DOMAIN_IS_ACTIVE, about.domain(domain))).bool();
  }

  /** False: transient, the domain disappears when it stops. */
  async isPersistent(domain: DomainRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.DOMAIN_IS_PERSISTENT, about.domain(domain))).bool();
  }

  /** `virDomainGetXMLDesc`; flags of {@link DomainXml}. */
  async xml(domain: DomainRef, flags = 0): Promise<string> {
    return (await this.#rpc.call(Procedure.DOMAIN_GET_XML_DESC, about.domain(domain).uint(flags))).string();
  }

  /** unsigned char state, unsigned hyper maxMem, unsigned hyper memory, unsigned short nrVirtCpu, unsigned hyper cpuTime. */
  async info(domain: DomainRef): Promise<DomainInfo> {
    const reader = await this.#rpc.call(Procedure.DOMAIN_GET_INFO, about.domain(domain));
    return {
      state: domainStateOf(reader.uint(), 0).state,
      maxMemory: reader.size(),
      memory: reader.size(),
      vcpus: reader.uint(),
      cpuTime: reader.size(),
    };
  }

  /** `virDomainGetDiskErrors`: the disks of a running guest on which QEMU met an error. */
  async diskErrors(domain: DomainRef): Promise<DiskError[]> {
    const reader = await this.#rpc.call(Procedure.DOMAIN_GET_DISK_ERRORS, about.domain(domain).uint(DISK_ERRORS_MAX).uint(0));
    return reader.array(DISK_ERRORS_MAX, (one) => ({ disk: one.string(), error: one.int() === 2 ? "no-space" : "unspecified" }));
  }

  /** `virDomainListGetStats` for one domain, by name (`block.0.rd.bytes`); kinds of {@link DomainStats}. */
  async stats(domain: DomainRef, kinds: number): Promise<TypedParams> {
    const args = body().array([domain], LIST_MAX, writeDomain).uint(kinds).uint(0);
    const records = (await this.#rpc.call(Procedure.CONNECT_GET_ALL_DOMAIN_STATS, args)).array(LIST_MAX, (reader) => {
      readDomain(reader);
      return readTypedParams(reader);
    });
    return records[0] ?? {};
  }

  /** Whether the next start restores what `virsh managedsave` saved. */
  async hasManagedSave(domain: DomainRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.DOMAIN_HAS_MANAGED_SAVE_IMAGE, about.domain(domain).uint(0))).int() === 1;
  }

  /** The names of the domain's snapshots. nonnull_domain_snapshot: string name, domain dom. */
  snapshots(domain: DomainRef): Promise<string[]> {
    return this.#names(Procedure.DOMAIN_LIST_ALL_SNAPSHOTS, domain);
  }

  /** The names of the domain's checkpoints. nonnull_domain_checkpoint: string name, domain dom. */
  checkpoints(domain: DomainRef): Promise<string[]> {
    return this.#names(Procedure.DOMAIN_LIST_ALL_CHECKPOINTS, domain);
  }

  #names(procedure: (typeof Procedure)[keyof typeof Procedure], domain: DomainRef): Promise<string[]> {
    const read = (reader: XdrReader): string => {
      const name = reader.string();
      readDomain(reader);
      return name;
    };
    return listAll(this.#rpc, procedure, 0, read, LIST_MAX, about.domain(domain));
  }

  async autostart(domain: DomainRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.DOMAIN_GET_AUTOSTART, about.domain(domain))).bool();
  }

  async setAutostart(domain: DomainRef, autostart: boolean): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_AUTOSTART, about.domain(domain).bool(autostart));
  }

  /**
   * `virDomainSetMetadata`: title, description, or an element in a custom namespace (then with `key`, the prefix, and
   * `uri`); undefined removes it.
   */
  async setMetadata(
    domain: DomainRef,
    type: keyof typeof MetadataType,
    value: string | undefined,
    options: { readonly key?: string; readonly uri?: string; readonly flags?: number } = {},
  ): Promise<void> {
    const args = about.domain(domain).int(MetadataType[type]).optionalString(value).optionalString(options.key).optionalString(options.uri);
    await this.#rpc.call(Procedure.DOMAIN_SET_METADATA, args.uint(options.flags ?? 0));
  }

  /** `virDomainGetMetadata`; throws NO_DOMAIN_METADATA. */
  async metadata(domain: DomainRef, type: keyof typeof MetadataType, uri?: string, flags = 0): Promise<string> {
    const args = about.domain(domain).int(MetadataType[type]).optionalString(uri).uint(flags);
    return (await this.#rpc.call(Procedure.DOMAIN_GET_METADATA, args)).string();
  }
}
