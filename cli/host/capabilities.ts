import { readFile } from "node:fs/promises";

/** Bits of CapEff in /proc/PID/status, see capabilities(7). */
const bits = { NET_ADMIN: 12n, SYS_ADMIN: 21n } as const;

/** Whether this process has a capability. Root in a container may lack it. */
export async function hasCapability(name: keyof typeof bits): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return (effective & (1n << bits[name])) !== 0n;
}
