import { existsSync } from "node:fs";
import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { bootDirectly } from "../../cli/host/direct-boot.ts";
import { type KvmUse, kvmUsable } from "../../cli/host/kvm.ts";
import { qemuUser } from "../../cli/host/qemu-user.ts";
import { isRoot } from "./rights.ts";
import type { Talk } from "./talk.ts";

/** Works with a copy of the kernel where QEMU can read it, which runs as a user of its own. */
async function withReadable<T>(kernel: string, work: (kernel: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp("/var/tmp/cdkvm-demo-");
  try {
    const copy = join(dir, "vmlinuz");
    await chmod(dir, 0o755);
    await copyFile(kernel, copy);
    await chmod(copy, 0o644);
    return await work(copy);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * A quick look, before libvirt is asked: it decides whether a libvirtd that the demo starts sees /dev/kvm. Without a kernel it
 * is the probe's alone.
 */
export async function quickVerdict(kernel: string, { say }: Talk): Promise<KvmUse> {
  const user = isRoot() ? await qemuUser() : undefined;
  const probed = await kvmUsable(user && { user });
  if (!probed.usable || process.arch !== "x64" || !existsSync(kernel)) return probed;
  say("trying KVM with a Linux kernel");
  const failure = await withReadable(kernel, (copy) => bootDirectly({ kernel: copy, user }));
  return failure === undefined
    ? { usable: true, reason: "a Linux kernel boots" }
    : { usable: false, reason: `/dev/kvm is there, but does not run guests: ${failure}` };
}
