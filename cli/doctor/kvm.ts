import { readFile } from "node:fs/promises";
import { arch } from "node:process";
import type { KvmEvidence } from "../../libvirt/kvm-evidence.ts";
import { kvmEvidence } from "../../libvirt/acceleration.ts";
import { kvmWords } from "../../libvirt/kvm-words.ts";
import { withLibvirt } from "../connect.ts";
import { libvirtdRunning } from "../host/daemons.ts";
import { kvmUsable } from "../host/kvm.ts";
import { deniedWords, type KvmDevice, kvmDevice } from "../host/kvm-device.ts";
import { type Check, type Finding, ok } from "./check.ts";

const URI = "qemu:///system";
const EMULATED = "guests are emulated, which is slow";
const NESTING =
  "enable virtualization in the firmware setup; if this machine is virtual, enable nested virtualization on its host (kvm_intel or kvm_amd: nested=1)";
const LOAD = "sudo modprobe kvm_intel || sudo modprobe kvm_amd";
const GRANT =
  'sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm; to keep it after a reboot: echo \'KERNEL=="kvm", GROUP="kvm", MODE="0660"\' | sudo tee /etc/udev/rules.d/65-kvm.rules';

/** Whether an x86 CPU supports it; on others only the device shows that. */
async function canVirtualize(): Promise<boolean> {
  if (arch !== "x64") return true;
  const flags = /^flags\s*:(.*)$/m.exec(await readFile("/proc/cpuinfo", "utf8").catch(() => ""))?.[1]?.split(" ") ?? [];
  return flags.includes("vmx") || flags.includes("svm");
}

const emulated = (why: string, fix: string): Finding => ({ health: "warn", found: `${why}: ${EMULATED}`, fix });

/** The same decision as in a plan for new guests, from a new trial, whose result replaces any remembered one. */
export const kvmCheck: Check = {
  name: "KVM",
  run: async () => {
    const [device, can] = await Promise.all([kvmDevice(), canVirtualize()]);
    const evidence =
      (await libvirtdRunning()) === "yes" ? await withLibvirt(URI, (libvirt) => kvmEvidence(libvirt, { retry: true })) : undefined;
    if (evidence?.works) return ok(`guests run on KVM: ${kvmWords(evidence)}`);
    if (device.is === "absent")
      return can
        ? emulated("/dev/kvm does not exist", LOAD)
        : emulated("/dev/kvm does not exist, and the CPU has neither vmx nor svm", NESTING);
    if (device.is === "denied") return emulated(deniedWords(device), fixForUser(device));
    if (evidence !== undefined) return emulated(kvmWords(evidence), fixFor(evidence));
    const { usable, reason } = await kvmUsable();
    if (!usable) return emulated(reason, NESTING);
    if (!can) return emulated("the CPU has neither vmx nor svm", NESTING);
    return {
      health: "warn",
      found: "/dev/kvm exists; guests can be tested once libvirtd runs",
      fix: "start libvirtd, then run this again",
    };
  },
};

const fixForUser = ({ mode, group, user }: KvmDevice & { readonly is: "open" | "denied" }): string =>
  group === "kvm" && mode.at(-2) === "6" ? `sudo usermod -aG kvm ${user}, then restart libvirtd` : GRANT;

const fixFor = (evidence: KvmEvidence): string =>
  !evidence.works && evidence.end === "not-offered"
    ? "sudo systemctl restart libvirtd, which may have started before KVM was available"
    : !evidence.works && evidence.end === "refused" && /denied|permi/i.test(evidence.said)
      ? GRANT
      : NESTING;
