import { readFileSync } from "node:fs";
import type { Libvirt } from "./connection.ts";
import { isLibvirtError } from "./errors.ts";

const TICK_NS = 10_000_000; // sysconf(_SC_CLK_TCK) is 100 on Linux, as libvirt assumes too

/** CPU times of this machine since it started, as libvirt reports them: https://man7.org/linux/man-pages/man5/proc_stat.5.html */
function ownStats(): { readonly user: number; readonly kernel: number } | undefined {
  try {
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
      /^cpu\s+(.*)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]?.split(" ").map(Number) ?? [];
    return { user: (user + nice) * TICK_NS, kernel: (system + irq + softirq) * TICK_NS };
  } catch {
    return undefined; // not Linux
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

/** How long a host has been running. */
export interface Uptime {
  /** The id of this boot; known only for this machine. */
  readonly boot: string | undefined;
  /** Milliseconds, or slightly less: time that a hypervisor stole from the host is missing. */
  readonly ms: number;
}

/**
 * How long the host has been running, and whether it is this machine. A local socket proves nothing, since a tunnel has one too;
 * identical CPU times, to the tick, do.
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
    if (isLibvirtError(error)) return { boot: undefined, ms: 0 }; // not every host reports them
    throw error;
  }
}
