import { Procedure } from "./procedures.ts";
import { listAll } from "./refs.ts";
import { body, type RpcClient } from "./rpc/client.ts";
import { STATS_MAX, NODE_DEVICE_LIST_MAX } from "./xdr/limits.ts";

/** `virNodeInfo`. */
export interface NodeInfo {
  /** The CPU's architecture: `x86_64`. */
  readonly model: string;
  /** KiB. */
  readonly memory: number;
  /** Active CPUs. */
  readonly cpus: number;
  readonly mhz: number;
  /** NUMA cells. */
  readonly nodes: number;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

const version = (number: number): string => `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`;

/** The host: https://libvirt.org/html/libvirt-libvirt-host.html and its devices. */
export class Node {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  /** char model[32] (4 bytes each in XDR), unsigned hyper memory, int cpus, mhz, nodes, sockets, cores, threads. */
  async info(): Promise<NodeInfo> {
    const reader = await this.#rpc.call(Procedure.NODE_GET_INFO);
    const model = Array.from({ length: 32 }, () => String.fromCharCode(reader.int() & 0xff)).join("");
    return {
      model: model.split("\0", 1)[0] ?? "",
      memory: reader.size(),
      cpus: reader.int(),
      mhz: reader.int(),
      nodes: reader.int(),
      sockets: reader.int(),
      cores: reader.int(),
      threads: reader.int(),
    };
  }

  async hostname(): Promise<string> {
    return (await this.#rpc.call(Procedure.CONNECT_GET_HOSTNAME)).string();
  }

  /** The versions of libvirt on the host and of QEMU: `9.0.0`, `7.2.4`. */
  async version(): Promise<{ readonly libvirt: string; readonly hypervisor: string }> {
    const [libvirt, hypervisor] = await Promise.all([
      this.#rpc.call(Procedure.CONNECT_GET_LIB_VERSION),
      this.#rpc.call(Procedure.CONNECT_GET_VERSION),
    ]);
    return { libvirt: version(libvirt.size()), hypervisor: version(hypervisor.size()) };
  }

  /** `virConnectGetCapabilities`: XML. */
  async capabilities(): Promise<string> {
    return (await this.#rpc.call(Procedure.CONNECT_GET_CAPABILITIES)).string();
  }

  /** `virConnectGetDomainCapabilities`: XML of what a domain may use; each omitted argument is the host's default. */
  async domainCapabilities(emulator?: string, arch?: string, machine?: string, virtType?: string): Promise<string> {
    const args = body().optionalString(emulator).optionalString(arch).optionalString(machine).optionalString(virtType).uint(0);
    return (await this.#rpc.call(Procedure.CONNECT_GET_DOMAIN_CAPABILITIES, args)).string();
  }

  /**
   * `virConnectBaselineCPU`: the common baseline of these CPUs, as XML, its model expanded to features.
   * remote_connect_baseline_cpu_args: string xmlCPUs<>, unsigned int flags (1: VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES)
   */
  async baselineCpu(cpus: readonly string[]): Promise<string> {
    const args = body().uint(cpus.length);
    for (const cpu of cpus) args.string(cpu);
    return (await this.#rpc.call(Procedure.CONNECT_BASELINE_CPU, args.uint(1))).string();
  }

  /**
   * `virNodeGetCPUStats`: nanoseconds spent by all CPUs together since the host started, by `kernel`, `user`, `idle`, `iowait`.
   * remote_node_get_cpu_stats_args: int cpuNum (-1: all), int nparams (0: return the number), unsigned int flags
   */
  cpuStats(): Promise<ReadonlyMap<string, number>> {
    return this.#stats(Procedure.NODE_GET_CPU_STATS, (count) => [-1, count]);
  }

  /**
   * `virNodeGetMemoryStats`: KiB of all cells together, by `total`, `free`, `buffers`, `cached`. Unlike the memory of {@link info},
   * it includes memory plugged in after the host started.
   * remote_node_get_memory_stats_args: int nparams (0: return the number), int cellNum (-1: all), unsigned int flags
   */
  memoryStats(): Promise<ReadonlyMap<string, number>> {
    return this.#stats(Procedure.NODE_GET_MEMORY_STATS, (count) => [count, -1]);
  }

  async #stats(procedure: number, args: (count: number) => readonly [number, number]): Promise<ReadonlyMap<string, number>> {
    const ask = (count: number): ReturnType<RpcClient["call"]> => {
      const [first, second] = args(count);
      return this.#rpc.call(procedure, body(64).int(first).int(second).uint(0));
    };
    const first = await ask(0);
    first.array(STATS_MAX, (reader) => reader.string());
    const reader = await ask(first.int());
    return new Map(reader.array(STATS_MAX, (one) => [one.string(), one.size()] as const));
  }

  /** Bytes. */
  async freeMemory(): Promise<number> {
    return (await this.#rpc.call(Procedure.NODE_GET_FREE_MEMORY)).size();
  }

  /** `virConnectListAllNodeDevices`: names; flags are `virConnectListAllNodeDeviceFlags` (2 pci, 4 usb_device, 16 net, 256 storage, ...). */
  devices(flags = 0): Promise<string[]> {
    return listAll(this.#rpc, Procedure.CONNECT_LIST_ALL_NODE_DEVICES, flags, (reader) => reader.string(), NODE_DEVICE_LIST_MAX);
  }

  /** Throws NO_NODE_DEVICE. */
  async deviceXml(name: string): Promise<string> {
    return (await this.#rpc.call(Procedure.NODE_DEVICE_GET_XML_DESC, body().string(name).uint(0))).string();
  }

  /** The MAC address of one of the host's own interfaces, including bridges. Throws NO_INTERFACE. */
  async interfaceMac(name: string): Promise<string> {
    const found = await this.#rpc.call(Procedure.INTERFACE_LOOKUP_BY_NAME, body().string(name));
    found.string(); // the name
    return found.string();
  }

  /** A device's capabilities: `pci`, `net`, `vports`. */
  async deviceCapabilities(name: string): Promise<string[]> {
    const count = (await this.#rpc.call(Procedure.NODE_DEVICE_NUM_OF_CAPS, body().string(name))).int();
    const reader = await this.#rpc.call(Procedure.NODE_DEVICE_LIST_CAPS, body().string(name).int(count));
    return reader.array(NODE_DEVICE_LIST_MAX, (cap) => cap.string());
  }
}
