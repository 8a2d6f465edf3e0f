import type { KvmEvidence } from "./kvm-evidence.ts";
import type { KvmRefusal } from "./kvm-trial.ts";

/** User-facing text: the evidence that KVM runs guests, or why it does not. */
export const kvmWords = (evidence: KvmEvidence): string => (evidence.works ? workingWords(evidence) : refusalWords(evidence));

function workingWords(evidence: KvmEvidence & { readonly works: true }): string {
  switch (evidence.by) {
    case "guest":
      return `${evidence.name} runs on it`;
    case "kernel":
      return "a Linux kernel boots on it";
    case "cpu":
      return `libvirt offers it, and the CPU has ${evidence.feature}`;
    case "offer":
      return "libvirt offers it";
  }
}

function refusalWords(refusal: KvmRefusal): string {
  switch (refusal.end) {
    case "not-offered":
      return `libvirt does not offer KVM for ${refusal.arch} guests`;
    case "no-virtualization":
      return "the CPU has neither vmx nor svm";
    case "refused":
      return `QEMU does not start on KVM: ${lastLine(refusal.said)}`;
    case "paused":
      return "KVM does not run a Linux kernel: QEMU paused the guest";
    case "stopped":
      return `KVM does not run a Linux kernel: the guest stopped (${refusal.detail})`;
    case "panicked":
      return `a Linux kernel panicked on KVM: ${refusal.said}`;
    case "silent":
      return `a Linux kernel on KVM printed nothing for ${refusal.seconds} s`;
    case "unanswered":
      return `libvirt did not answer within ${refusal.seconds} s during the test of KVM`;
  }
}

/** QEMU reports the cause last. */
const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";
