import type { KvmTrial } from "./kvm-trial.ts";

/** Whether a host's guests run on KVM, and what shows it. */
export type KvmEvidence =
  | KvmTrial
  /** A guest of that name does. */
  | { readonly works: true; readonly by: "guest"; readonly name: string };
