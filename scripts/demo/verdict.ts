import { existsSync } from "node:fs";
import { bootDirectly } from "../../cli/host/direct-boot.ts";
import { type KvmUse, kvmUsable } from "../../cli/host/kvm.ts";
import { qemuUser } from "../../cli/host/qemu-user.ts";
import { kvmEvidence } from "../../libvirt/acceleration.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { kvmWords } from "../../libvirt/kvm-words.ts";
import { withKernel } from "../../libvirt/own-kernel.ts";
import { isRoot } from "./rights.ts";
import type { Talk } from "./talk.ts";

/**
 * A quick check before libvirt is queried: it decides whether a libvirtd started by the demo sees /dev/kvm. Without a kernel
 * only the probe counts.
 */
export async function quickVerdict(kernel: string, { say }: Talk): Promise<KvmUse> {
  const user = isRoot() ? await qemuUser() : undefined;
  const probed = await kvmUsable(user && { user });
  if (!probed.usable || process.arch !== "x64" || !existsSync(kernel)) return probed;
  say("testing KVM with a Linux kernel");
  const failure = await withKernel(async (copy) => (copy === undefined ? undefined : bootDirectly({ kernel: copy, user })), [kernel]);
  return failure === undefined
    ? { usable: true, reason: "a Linux kernel boots" }
    : { usable: false, reason: `/dev/kvm exists, but does not run guests: ${failure}` };
}

/** The same decision as in a plan for new guests, with the kernel that the demo's guests boot. */
export async function verdict(libvirt: Libvirt, kernel: string): Promise<KvmUse> {
  const evidence = await kvmEvidence(libvirt, { kernels: [kernel], retry: true });
  return { usable: evidence.works, reason: kvmWords(evidence) };
}
