import { readFileSync } from "node:fs";
import type { Libvirt } from "./connection.ts";
import { isLibvirtError } from "./errors.ts";

const TICK_NS = 10_000_000; // sysconf(_SC_CLK_TCK) is 100 on Linux, as libvirt counts too

/** What the CPUs of this machine have done since it started, as libvirt reports it: https://man7.org/linux/man-pages/man5/proc_stat.5.html */
function ownStats(): { readonly user: number; readonly kernel: number } | undefined {
  try {
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
      /^cpu\s+(.*)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]?.split(" ").map(Number) ?? [];
    return { user: (user + nice) * TICK_NS, kernel: (system + irq + softirq) * TICK_NS };
  } catch {
    return undefined; // no Linux
  }
}

/** https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html */
function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Since when a host runs. */
export interface Uptime {
  /** The name of this boot; known of this machine alone. */
  readonly boot: string | undefined;
  /** Milliseconds, or a little less: time that a hypervisor took from the host is missing. */
  readonly ms: number;
}

/**
 * How long the host has run, and whether it is this machine. A local socket does not tell, for a tunnel has one too; that both have
 * had their CPUs busy for the same time, to the tick, does.
 */
export async function uptimeOf({ node, uri }: Libvirt): Promise<Uptime> {
  try {
    const { cpus } = await node.info();
    const before = ownStats();
    const stats = await node.cpuStats();
    const after = ownStats();
    const isHere = (["user", "kernel"] as const).every((name) => {
      const there = stats.get(name) ?? 0;
      return there > 0 && before !== undefined && after !== undefined && before[name] <= there && there <= after[name];
    });
    const busyAndIdle = [...stats.values()].reduce((sum, one) => sum + one, 0);
    return { boot: uri.transport === "unix" && isHere ? bootId() : undefined, ms: busyAndIdle / Math.max(cpus, 1) / 1e6 };
  } catch (error) {
    if (isLibvirtError(error)) return { boot: undefined, ms: 0 }; // not every host counts
    throw error;
  }
}
