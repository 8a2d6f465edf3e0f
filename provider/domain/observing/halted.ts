import type { AttributePath } from "../../../model/values.ts";
import type { Libvirt } from "../../../libvirt/connection.ts";
import type { Domains } from "../../../libvirt/domains.ts";
import { isLibvirtError, LibvirtError } from "../../../libvirt/errors.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { guestStopped } from "./errors.ts";
import type { Halt, Standing } from "./halts.ts";
import { qemuLog } from "./qemu-log.ts";

export async function standingOf(domains: Domains, domain: DomainRef): Promise<Standing> {
  try {
    return await domains.state(domain);
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return { state: "gone", reason: "" };
    throw error;
  }
}

/** The error for a guest that stopped while it was waited for: libvirt's reason, QEMU's last output, and the fix. */
export async function halted(
  libvirt: Libvirt,
  domain: DomainRef,
  standing: Standing,
  halt: Halt,
  doing: string,
  path: AttributePath,
): Promise<Error> {
  const { state, reason } = standing;
  const [disks, log] = await Promise.all([state === "paused" ? brokenDisks(libvirt.domains, domain) : "", qemuLog(libvirt.uri, domain)]);
  const lines = [
    `${domain.name} ${halt.what}${disks}`,
    ...(state === "gone" ? [] : [`  libvirt: ${state} (${reason})`]),
    ...(log === undefined || log.lines.length === 0 ? [] : [`  QEMU, in ${log.path}:`, ...log.lines.map((line) => `    ${line}`)]),
  ];
  return guestStopped(domain, doing, lines, halt, path);
}

async function brokenDisks(domains: Domains, domain: DomainRef): Promise<string> {
  try {
    const broken = await domains.diskErrors(domain);
    const words = broken.map(({ disk, error }) => (error === "no-space" ? `${disk} has no space left` : `${disk} has an I/O error`));
    return words.length === 0 ? "" : `: ${words.join(", ")}`;
  } catch (error) {
    if (error instanceof LibvirtError) return "";
    throw error;
  }
}
