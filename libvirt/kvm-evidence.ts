import type { KvmTrial } from "./kvm-trial.ts";

/** Whether a host's guests run on KVM, and the evidence. */
export type KvmEvidence =
  | KvmTrial
  /** The guest of that name does. */
  | { readonly works: true; readonly by: "guest"; readonly name: string };
