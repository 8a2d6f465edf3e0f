import { kvmUsable } from "./host/kvm.ts";

/** How guests of this machine run, and what to tell the user about it. */
export interface Acceleration {
  readonly kind: "kvm" | "qemu";
  readonly note?: string;
}

/**
 * CDKVM_ACCELERATION where it is set; else hardware acceleration where it really works on this machine. A stack for
 * another host says so itself (`acceleration` of HostStack).
 */
export async function decideAcceleration(): Promise<Acceleration> {
  const asked = process.env["CDKVM_ACCELERATION"];
  if (asked === "kvm" || asked === "qemu") return { kind: asked };
  const { usable, reason } = await kvmUsable();
  return usable ? { kind: "kvm" } : { kind: "qemu", note: `guests of this machine are emulated, which is slow: ${reason}` };
}
