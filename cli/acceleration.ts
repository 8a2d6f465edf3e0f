import { kvmUsable } from "./host/kvm.ts";

/** How guests run, as a program's environment, and what to tell the user about it. */
export interface Acceleration {
  readonly env: Readonly<Record<string, string>>;
  /** About guests of this machine. */
  readonly note?: string;
}

/**
 * CDKVM_ACCELERATION where it is set: it speaks for every host. Else, for stacks of this machine alone, hardware
 * acceleration where it really works.
 */
export async function decideAcceleration(): Promise<Acceleration> {
  if (process.env["CDKVM_ACCELERATION"]) return { env: {} };
  const { usable, reason } = await kvmUsable();
  if (usable) return { env: { CDKVM_LOCAL_ACCELERATION: "kvm" } };
  return { env: { CDKVM_LOCAL_ACCELERATION: "qemu" }, note: `guests of this machine are emulated, which is slow: ${reason}` };
}
