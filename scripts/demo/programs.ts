import { install } from "../../cli/host/packages.ts";
import { onPath } from "../../engine/find.ts";
import { missingPackages } from "./errors.ts";
import { type Talk } from "./talk.ts";
import { isRoot, maySudo } from "./rights.ts";

/** Programs needed by guests in a user's session, and their Debian package. */
const programs: readonly (readonly [names: readonly string[], from: string])[] = [
  [["libvirtd", "virtqemud"], "libvirt-daemon-system"],
  [["qemu-system-x86_64"], "qemu-system-x86"],
  [["qemu-img"], "qemu-utils"],
  [["busybox"], "busybox-static"],
  [["cpio"], "cpio"],
  [["xz"], "xz-utils"],
];

const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

/** Whether one of these programs is installed; daemons are outside a user's PATH. */
export async function isInstalled(names: readonly string[]): Promise<boolean> {
  const found = await Promise.all(names.map((name) => onPath(name, { PATH: path })));
  return found.some((each) => each !== undefined);
}

/**
 * Installs what is missing, if this user may; otherwise the programs for a user's session must exist.
 * @throws CDKVM_DEMO that names the packages
 */
export async function preparePrograms({ say, ask, yes }: Talk): Promise<void> {
  if (isRoot() || (await maySudo())) {
    await install({ needs: ["host", "guests"], yes, ask, log: say });
    return;
  }
  const absent: string[] = [];
  for (const [names, from] of programs) {
    if (!(await isInstalled(names))) absent.push(from);
  }
  if (absent.length === 0) return;
  throw missingPackages(absent);
}
