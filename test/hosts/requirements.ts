import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

export type Requirement = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const commands = ["unshare", "nsenter", "ip", "libvirtd", "virtlogd", "virsh", "qemu-system-x86_64", "qemu-img", "dnsmasq", "iptables"];

export const onPath = (command: string): boolean =>
  [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"].some((dir) => dir !== "" && existsSync(join(dir, command)));

let known: Requirement | undefined;

/** Whether hosts in namespaces can run here, and if not, why: for `describe.skipIf` and the summary. */
export function canRunHosts(): Requirement {
  return (known ??= look());
}

function look(): Requirement {
  if (process.platform !== "linux") return { ok: false, reason: `KVM hosts need Linux, this is ${process.platform}` };
  if (process.getuid?.() !== 0) return { ok: false, reason: "KVM hosts in namespaces need root" };
  const absent = commands.filter((command) => !onPath(command));
  if (absent.length > 0) return { ok: false, reason: `not installed: ${absent.join(" ")}` };
  const tried = spawnSync("unshare", ["--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "true"], { encoding: "utf8" });
  if (tried.status !== 0) return { ok: false, reason: `no namespaces here: ${tried.stderr.trim()}` };
  if (!existsSync("/dev/net/tun")) return { ok: false, reason: "no /dev/net/tun, which guests' network cards need" };
  return { ok: true };
}
