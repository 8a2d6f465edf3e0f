import { quoted } from "../../../model/errors.ts";
import type { AttributePath } from "../../../model/values.ts";
import type { Finding } from "./finding.ts";

/* What this host does not support. */

const oneOf = (names: readonly string[]): string => `use one of ${names.join(", ")}`;

export const typeNotOffered = (type: string): Finding => ({
  path: ["type"],
  summary: `This host does not offer ${type}`,
  ...(type === "kvm"
    ? {
        likely: "the host has no usable /dev/kvm: virtualization is off in its firmware, or the host is itself a guest without nesting",
        fix: 'turn virtualization on (`cdkvm doctor` says how), or set type = "qemu" for slow emulation',
      }
    : { fix: '`virsh capabilities` lists the types this host has: "kvm", "qemu"' }),
});

export const noMachine = (machine: unknown): Finding => ({
  path: ["os", "type_machine"],
  summary: `This host's QEMU has no machine type ${quoted(machine)}`,
  likely: "it is misspelled, or this QEMU is older or newer than the machine type",
  fix: 'use the alias "q35" or "pc" ("virt" for aarch64), or one that `virsh capabilities` lists',
});

export const noArchitecture = (arch: unknown): Finding => ({
  path: ["os", "type_arch"],
  summary: `This host has no QEMU for the architecture ${quoted(arch)}`,
  fix: "install it on the host: apt-get install qemu-system; or correct the architecture: x86_64, aarch64, ...",
});

export const otherEmulator = (emulator: unknown): Finding => ({
  path: ["devices", "emulator"],
  summary: `The emulator ${quoted(emulator)} is for another architecture`,
  fix: "leave the emulator out: libvirt finds the right one",
});

export const noEmulator = (emulator: unknown): Finding => ({
  path: ["devices", "emulator"],
  summary: `There is no emulator ${quoted(emulator)} on this host`,
  fix: "leave the emulator out: libvirt finds one",
});

export const tooManyCpus = (vcpu: number, most: number): Finding => ({
  path: ["vcpu"],
  summary: `vcpu = ${vcpu} is more than the ${most} that this machine type takes`,
  fix: `use ${most} or fewer`,
});

export const cpuModeNotOffered = (mode: string, others: readonly string[], isEmulated: boolean): Finding => ({
  path: ["cpu", "mode"],
  summary: `The CPU mode ${mode} is not offered ${isEmulated ? "under emulation" : "by this host"}`,
  fix: `use ${others.join(", ")}${isEmulated ? ', or type = "kvm"' : ""}`,
});

/** @param near a model with a similar name */
export const noCpuModel = (model: string, near: string | undefined, usable: readonly string[]): Finding => ({
  path: ["cpu", "model"],
  summary: `This host's QEMU has no CPU model ${quoted(model)}`,
  likely: near === undefined ? "it is misspelled, or this QEMU is older than the model" : `it is a misspelling of ${near}`,
  fix: `${near === undefined ? oneOf(usable) : `use ${near}`}; \`virsh domcapabilities\` lists all`,
});

export const cpuLacksFeatures = (model: string, usable: readonly string[]): Finding => ({
  severity: "warning",
  path: ["cpu", "model"],
  summary: `The host's CPU lacks features of the CPU model ${model}`,
  likely: "the host's CPU is older, or its firmware turns features off; libvirt refuses to start the guest, or leaves them out",
  fix: `use mode = "host-model", or a model that is usable there: ${usable.join(", ")}`,
});

export const noFirmware = (firmware: string): Finding => ({
  path: ["os", "firmware"],
  summary: `This host has no ${firmware} firmware for this machine type`,
  ...(firmware === "efi"
    ? {
        likely: "the package with UEFI images is not installed",
        fix: "install it on the host: apt-get install ovmf (aarch64: qemu-efi-aarch64)",
      }
    : { fix: "leave os.firmware out" }),
});

export const noSecureBoot = (path: AttributePath): Finding => ({
  path,
  summary: "This host has no firmware with secure boot for this machine type",
  likely: "secure boot needs a q35 machine and UEFI images with it",
  fix: 'set os.type_machine = "q35", and install the images on the host: apt-get install ovmf',
});

/** @param noun `disk bus` */
export const notOffered = (path: AttributePath, noun: string, value: string, offered: readonly string[]): Finding => ({
  path,
  summary: `This machine type has no ${noun} ${quoted(value)}`,
  fix: oneOf(offered),
});

export const noDisplay = (path: AttributePath, kind: string, offered: readonly string[]): Finding => ({
  path,
  summary: `This host's QEMU has no ${kind}`,
  fix: oneOf(offered),
});

export const noPassthrough = (path: AttributePath, kind: string, offered: readonly string[]): Finding => ({
  path,
  summary: `This host cannot pass ${kind.toUpperCase()} devices through to guests`,
  fix: offered.length === 0 ? "leave the host device out" : `it can pass through: ${offered.join(", ")}`,
});

export const noTpm = (path: AttributePath, isEmulated: boolean): Finding => ({
  path: [...path, ...(isEmulated ? ["backend", "emulator"] : [])],
  summary: `This host has no ${isEmulated ? "emulated " : ""}TPM for guests`,
  ...(isEmulated
    ? { likely: "swtpm is not installed on the host", fix: "install it there: apt-get install swtpm swtpm-tools" }
    : { fix: "leave the TPM out" }),
});

/** @param amounts with their units */
export const moreThanHost = (amount: string, total: string, isRunning: boolean): Finding => ({
  severity: isRunning ? "error" : "warning",
  path: ["memory"],
  summary: `The guest has more memory than this host: ${amount} of ${total}`,
  fix: `give it less than ${total}; the host itself needs some too`,
});
