import { Procedure } from "./procedures.ts";
import { about, type DomainRef } from "./refs.ts";
import type { RpcClient } from "./rpc/client.ts";
import { readTypedParams, type TypedParams, writeTypedParams } from "./typed-params.ts";
import { CPUMAP_MAX } from "./xdr/limits.ts";

/** The host resources of a domain: memory, CPUs, and shares and limits of both and of its disks. */
export class DomainTuning {
  readonly #rpc: RpcClient;

  constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  /** `virDomainSetMemoryFlags`, KiB; flags of {@link Affect} and {@link DomainMemory}. */
  async setMemory(domain: DomainRef, kib: number, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_MEMORY_FLAGS, about.domain(domain).uhyper(kib).uint(flags));
  }

  /** `virDomainSetVcpusFlags`; flags of {@link Affect} and {@link DomainVcpu}. */
  async setVcpus(domain: DomainRef, vcpus: number, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_VCPUS_FLAGS, about.domain(domain).uint(vcpus).uint(flags));
  }

  /** `virDomainGetSchedulerParametersFlags`: `cpu_shares`, `vcpu_quota`, ... */
  async schedulerParameters(domain: DomainRef, flags = 0): Promise<TypedParams> {
    const args = about.domain(domain).int(16).uint(flags);
    return readTypedParams(await this.#rpc.call(Procedure.DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS, args));
  }

  async setSchedulerParameters(domain: DomainRef, params: TypedParams, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS, writeTypedParams(about.domain(domain), params).uint(flags));
  }

  /** `virDomainPinVcpuFlags`: the vCPU runs only on these host CPUs. */
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

  /** `virDomainSetBlockIoTune`: limits of one disk (`total_bytes_sec`, `read_iops_sec`, ...). */
  async setBlockIoTune(domain: DomainRef, disk: string, params: TypedParams, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_BLOCK_IO_TUNE, writeTypedParams(about.domain(domain).string(disk), params).uint(flags));
  }

  /** `virDomainSetMemoryStatsPeriod`, seconds: how often the balloon reports the guest's memory statistics. */
  async setMemoryStatsPeriod(domain: DomainRef, seconds: number, flags = 0): Promise<void> {
    await this.#rpc.call(Procedure.DOMAIN_SET_MEMORY_STATS_PERIOD, about.domain(domain).int(seconds).uint(flags));
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
