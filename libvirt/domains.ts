import { AddressSource, BlockResize, MetadataType } from "./flags.ts";
import { domainStateOf, type DomainState } from "./domain-state.ts";
import { Procedure, QemuProcedure } from "./procedures.ts";
import { about, type DomainRef, listAll, readDomain, writeUuid } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import { Program } from "./rpc/message.ts";
import { consoleStream } from "./console.ts";
import { readTypedParams, type TypedParams, writeTypedParams } from "./typed-params.ts";
import { CPUMAP_MAX, INTERFACE_MAX } from "./xdr/limits.ts";
import type { Duplex } from "node:stream";

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

/** `virDomainInterface`. */
export interface DomainInterface {
  /** On the host (`vnet0`) for lease and arp, in the guest (`eth0`) for the agent. */
  readonly name: string;
  readonly mac?: string;
  readonly addresses: readonly { readonly type: "ipv4" | "ipv6"; readonly address: string; readonly prefix: number }[];
}

/** `virDomainBlockInfo`, bytes. */
export interface BlockInfo {
  readonly allocation: number;
  readonly capacity: number;
  readonly physical: number;
}

/** Domains: https://libvirt.org/html/libvirt-libvirt-domain.html. Flags are those of `libvirt/flags.ts`. */
export class Domains {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
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

  /** `virDomainDefineXMLFlags`: defines it, or redefines the one with the same name and UUID. */
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

  /** `virDomainCreateWithFlags`: starts it. Gives the reference with its id. */
  async create(domain: DomainRef, flags = 0): Promise<DomainRef> {
    return readDomain(await this.#rpc.call(Procedure.DOMAIN_CREATE_WITH_FLAGS, about.domain(domain).uint(flags)));
  }

  /** `virDomainShutdownFlags`: asks the guest; flags of {@link DomainShutdown} say how. */
  async shutdown(domain: DomainRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SHUTDOWN_FLAGS, about.domain(domain).uint(flags));
  }

  /** `virDomainReboot`; the same flag values as {@link shutdown}. */
  async reboot(domain: DomainRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_REBOOT, about.domain(domain).uint(flags));
  }

  /** `virDomainDestroyFlags`: power off. */
  async destroy(domain: DomainRef, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_DESTROY_FLAGS, about.domain(domain).uint(flags));
  }

  async suspend(domain: DomainRef): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SUSPEND, about.domain(domain));
  }

  async resume(domain: DomainRef): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_RESUME, about.domain(domain));
  }

  /** `virDomainRename`: only while it does not run. */
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

  /** False: transient, it is gone when it stops. */
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

  async autostart(domain: DomainRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.DOMAIN_GET_AUTOSTART, about.domain(domain))).bool();
  }

  async setAutostart(domain: DomainRef, autostart: boolean): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_AUTOSTART, about.domain(domain).bool(autostart));
  }

  /** `virDomainSetMemoryFlags`, KiB; flags of {@link Affect} and {@link DomainMemory}. */
  async setMemory(domain: DomainRef, kib: number, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_MEMORY_FLAGS, about.domain(domain).uhyper(kib).uint(flags));
  }

  /** `virDomainSetVcpusFlags`; flags of {@link Affect} and {@link DomainVcpu}. */
  async setVcpus(domain: DomainRef, vcpus: number, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_VCPUS_FLAGS, about.domain(domain).uint(vcpus).uint(flags));
  }

  /** `virDomainAttachDeviceFlags`; flags of {@link Affect}. */
  async attachDevice(domain: DomainRef, xml: string, flags = 0): Promise<void> {
    await this.#rpc.call(
      Procedure.DOMAIN_ATTACH_DEVICE_FLAGS,
      about
        .domain(domain, xml.length + 128)
        .string(xml)
        .uint(flags),
    );
  }

  /** `virDomainDetachDeviceFlags`: live, it has only asked the guest when it returns; see `Events.deviceRemoved`. */
  async detachDevice(domain: DomainRef, xml: string, flags = 0): Promise<void> {
    await this.#rpc.call(
      Procedure.DOMAIN_DETACH_DEVICE_FLAGS,
      about
        .domain(domain, xml.length + 128)
        .string(xml)
        .uint(flags),
    );
  }

  /** `virDomainUpdateDeviceFlags`; flags of {@link Affect} and {@link DeviceModify}. */
  async updateDevice(domain: DomainRef, xml: string, flags = 0): Promise<void> {
    await this.#rpc.call(
      Procedure.DOMAIN_UPDATE_DEVICE_FLAGS,
      about
        .domain(domain, xml.length + 128)
        .string(xml)
        .uint(flags),
    );
  }

  /** `virDomainInterfaceAddresses`: what the DHCP server, the guest agent or the host's ARP table knows. */
  async interfaceAddresses(domain: DomainRef, source: keyof typeof AddressSource): Promise<DomainInterface[]> {
    const reader = await this.#rpc.call(Procedure.DOMAIN_INTERFACE_ADDRESSES, about.domain(domain).uint(AddressSource[source]).uint(0));
    return reader.array(INTERFACE_MAX, (iface) => {
      const name = iface.string();
      const mac = iface.optionalString();
      const addresses = iface.array(INTERFACE_MAX, (address) => ({
        type: address.int() === 1 ? ("ipv6" as const) : ("ipv4" as const),
        address: address.string(),
        prefix: address.uint(),
      }));
      return mac === undefined ? { name, addresses } : { name, mac, addresses };
    });
  }

  /**
   * `virDomainSetMetadata`: title, description, or an element of its own namespace (then with `key`, the prefix, and
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

  /** `virDomainBlockResize`, bytes: grows the disk of a running guest. `disk` is its target (`vda`) or source path. */
  async blockResize(domain: DomainRef, disk: string, bytes: number): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_BLOCK_RESIZE, about.domain(domain).string(disk).uhyper(bytes).uint(BlockResize.BYTES));
  }

  /** `virDomainGetBlockInfo`. */
  async blockInfo(domain: DomainRef, disk: string): Promise<BlockInfo> {
    const reader = await this.#rpc.call(Procedure.DOMAIN_GET_BLOCK_INFO, about.domain(domain).string(disk).uint(0));
    return { allocation: reader.size(), capacity: reader.size(), physical: reader.size() };
  }

  /** `virDomainSetBlockIoTune`: limits of one disk (`total_bytes_sec`, `read_iops_sec`, ...). */
  async setBlockIoTune(domain: DomainRef, disk: string, params: TypedParams, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_BLOCK_IO_TUNE, writeTypedParams(about.domain(domain).string(disk), params).uint(flags));
  }

  /** `virDomainSetInterfaceParameters`: bandwidth of one interface, named by MAC or host device (`inbound.average`, ...). */
  async setInterfaceParameters(domain: DomainRef, device: string, params: TypedParams, flags = 0): Promise<void> {
    const args = writeTypedParams(about.domain(domain).string(device), params);
    await this.#rpc.call(Procedure.DOMAIN_SET_INTERFACE_PARAMETERS, args.uint(flags));
  }

  /** `virDomainGetSchedulerParametersFlags`: `cpu_shares`, `vcpu_quota`, ... */
  async schedulerParameters(domain: DomainRef, flags = 0): Promise<TypedParams> {
    const args = about.domain(domain).int(16).uint(flags);
    return readTypedParams(await this.#rpc.call(Procedure.DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS, args));
  }

  async setSchedulerParameters(domain: DomainRef, params: TypedParams, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS, writeTypedParams(about.domain(domain), params).uint(flags));
  }

  /** `virDomainPinVcpuFlags`: the vcpu runs on these CPUs of the host only. */
  async pinVcpu(domain: DomainRef, vcpu: number, cpus: Iterable<number>, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_PIN_VCPU_FLAGS, about.domain(domain).uint(vcpu).opaque(cpuMap(cpus), CPUMAP_MAX).uint(flags));
  }

  /** `virDomainPinEmulator`. */
  async pinEmulator(domain: DomainRef, cpus: Iterable<number>, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_PIN_EMULATOR, about.domain(domain).opaque(cpuMap(cpus), CPUMAP_MAX).uint(flags));
  }

  /** `virDomainPinIOThread`; `iothread` is its id, from 1. */
  async pinIoThread(domain: DomainRef, iothread: number, cpus: Iterable<number>, flags = 0): Promise<void> {
    const args = about.domain(domain).uint(iothread).opaque(cpuMap(cpus), CPUMAP_MAX);
    await this.#rpc.call(Procedure.DOMAIN_PIN_IOTHREAD, args.uint(flags));
  }

  /** `virDomainSetMemoryParameters`: `hard_limit`, `soft_limit`, `swap_hard_limit`, in KiB. */
  async setMemoryParameters(domain: DomainRef, params: TypedParams, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_MEMORY_PARAMETERS, writeTypedParams(about.domain(domain), params).uint(flags));
  }

  /** `virDomainSetBlkioParameters`: `weight`, `device_read_bytes_sec` (`PATH,NUMBER,...`), ... */
  async setBlkioParameters(domain: DomainRef, params: TypedParams, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_BLKIO_PARAMETERS, writeTypedParams(about.domain(domain), params).uint(flags));
  }

  /** `virDomainSetMemoryStatsPeriod`, seconds: how often the balloon tells the guest's memory statistics. */
  async setMemoryStatsPeriod(domain: DomainRef, seconds: number, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_MEMORY_STATS_PERIOD, about.domain(domain).int(seconds).uint(flags));
  }

  /** `virDomainSetUserPassword`, through the guest agent. */
  async setUserPassword(domain: DomainRef, user: string, password: string): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_USER_PASSWORD, about.domain(domain).optionalString(user).optionalString(password).uint(0));
  }

  /** `virDomainQemuAgentCommand`: JSON to the guest agent and its answer. `timeout` seconds, -2 waits for good, -1 libvirt's default. */
  async agentCommand(domain: DomainRef, command: string, timeout = -1): Promise<string | undefined> {
    const args = about.domain(domain).string(command).int(timeout).uint(0);
    return (await this.#rpc.call(QemuProcedure.DOMAIN_AGENT_COMMAND, args, { program: Program.QEMU })).optionalString();
  }

  async hasManagedSave(domain: DomainRef): Promise<boolean> {
    return (await this.#rpc.call(Procedure.DOMAIN_HAS_MANAGED_SAVE_IMAGE, about.domain(domain).uint(0))).bool();
  }

  async managedSaveRemove(domain: DomainRef): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_MANAGED_SAVE_REMOVE, about.domain(domain).uint(0));
  }

  /** How many snapshots it has. */
  async snapshotCount(domain: DomainRef): Promise<number> {
    return (await this.#rpc.call(Procedure.DOMAIN_SNAPSHOT_NUM, about.domain(domain).uint(0))).int();
  }

  /**
   * `virDomainOpenConsole`: its serial console as a duplex stream. `device` is an alias (`serial0`), default the first;
   * flags of {@link DomainConsole}: SAFE refuses when somebody has it open, FORCE takes it over.
   */
  async openConsole(
    domain: DomainRef,
    options: { readonly device?: string; readonly flags?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Duplex> {
    const args = about
      .domain(domain)
      .optionalString(options.device)
      .uint(options.flags ?? 0);
    return consoleStream(await this.#rpc.openStream(Procedure.DOMAIN_OPEN_CONSOLE, args, { signal: options.signal }));
  }
}

const cpuMap = (cpus: Iterable<number>): Buffer => {
  const numbers = [...cpus];
  const map = Buffer.alloc(Math.floor(Math.max(0, ...numbers) / 8) + 1);
  for (const cpu of numbers) {
    const byte = Math.floor(cpu / 8);
    map[byte] = (map[byte] ?? 0) | (1 << (cpu % 8));
  }
  return map;
};
