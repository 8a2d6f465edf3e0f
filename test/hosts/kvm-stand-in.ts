import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Host } from "./host.ts";

/**
 * How KVM guests fare on a host whose QEMU is replaced by a stand-in (`kvm-stand-in.pl`): they run, QEMU cannot open the device,
 * QEMU pauses them, they are gone, they stay silent, or their kernel panics.
 */
export type KvmFate = "works" | "refuses" | "pauses" | "stops" | "silent" | "panics";

/** Gives a host a KVM with this fate: libvirt offers it, and its QEMU emulates. May be called again with another fate. */
export async function standInForKvm(host: Host, fate: KvmFate): Promise<void> {
  const script = join(import.meta.dirname, "kvm-stand-in.pl");
  await host.exec("sh", ["-ec", setUp, "sh", fate, script]);
  // libvirt compares the device's change time in whole seconds
  await delay(1100);
}

const setUp = `
echo "$1" > /run/kvm-stand-in
[ -e /run/kvm-stand-in.log ] || install -m 666 /dev/null /run/kvm-stand-in.log
[ -e /dev/kvm ] || mknod -m 666 /dev/kvm c 1 3 # libvirt only looks whether QEMU's user may open it
[ ! -d /run/usr ] || exit 0
mkdir /run/usr
mount --bind /usr /run/usr
install -m 755 "$2" /run/kvm-stand-in.pl
mount --bind /run/kvm-stand-in.pl /usr/bin/qemu-system-x86_64
`;

/** Removes the device: from then on libvirt offers no KVM. It notices at the next change of QEMU. */
export async function withoutKvm(host: Host): Promise<void> {
  await delay(1100);
  await host.exec("sh", ["-c", "rm /dev/kvm && touch /run/kvm-stand-in.pl"]);
}

/** How many trial guests the stand-in has started under KVM. */
export async function trialsOn(host: Host): Promise<number> {
  return Number((await host.exec("sh", ["-c", "grep -c guest=cdkvm-trial- /run/kvm-stand-in.log || true"])).stdout);
}
