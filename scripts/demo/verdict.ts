import { type KvmUse, kvmUsable } from "../../cli/host/kvm.ts";

/** A quick look, before libvirt is asked: it decides whether a libvirtd that the demo starts sees /dev/kvm. */
export const quickVerdict = (kernel: string): Promise<KvmUse> => kvmUsable({ kernel });
