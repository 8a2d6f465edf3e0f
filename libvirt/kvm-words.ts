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
      return `libvirt offers it, and the processor has ${evidence.feature}`;
    case "offer":
      return "libvirt offers it";
  }
}

function refusalWords(refusal: KvmRefusal): string {
  switch (refusal.end) {
    case "not-offered":
      return `libvirt does not offer KVM there for ${refusal.arch} guests`;
    case "no-virtualization":
      return "the processor has neither vmx nor svm";
    case "refused":
      return `QEMU does not start on KVM: ${lastLine(refusal.said)}`;
    case "paused":
      return "KVM does not run a Linux kernel: QEMU pauses its guest";
    case "stopped":
      return `KVM does not run a Linux kernel: its guest ends (${refusal.detail})`;
    case "panicked":
      return `a Linux kernel panics on KVM: ${refusal.said}`;
    case "silent":
      return `a Linux kernel on KVM says nothing for ${refusal.seconds} s`;
    case "unanswered":
      return `libvirt does not answer for ${refusal.seconds} s when it is asked about KVM`;
  }
}

/** QEMU reports the cause last. */
const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";
