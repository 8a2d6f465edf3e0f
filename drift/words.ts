import type { Changed, Happened, Suspect, Unmanaged } from "./schema.ts";

const WHO: Readonly<Record<Suspect, string>> = {
  "libvirt-client": "a libvirt client (virsh, virt-manager)",
  "host-files": "somebody in the host's file system",
  guest: "the guest itself",
  "guest-crash": "a crash of the guest",
  libvirtd: "libvirtd itself",
  "host-restart": "a restart of the host",
  "libvirtd-restart": "something before libvirtd started",
};

const WHAT: Readonly<Record<Happened["what"], string>> = { gone: "removed", stopped: "stopped", started: "started", edited: "edited" };

/** `stopped by a libvirt client (virsh, virt-manager); libvirt says: destroyed`; nothing if nothing is known. */
export function happenedWords({ what, by, reason }: Happened): string {
  const said = reason === undefined ? "" : `; libvirt gives the reason: ${reason}`;
  return by.length === 0
    ? `${WHAT[what]}, nobody says by whom${said}`
    : `${WHAT[what]} by ${by.map((one) => WHO[one]).join(" or ")}${said}`;
}

/** What apply does about it. */
export function applyWords({ apply, heals }: Changed): string {
  if (apply === "none") return "apply leaves it as it is";
  if (heals) return "apply corrects it while everything runs, and so does --heal";
  const what =
    apply === "create" ? "creates it anew" : apply === "live" ? "updates it, with what else is pending" : `corrects it: ${apply}`;
  return `apply ${what}`;
}

export const unmanagedWords = ({ kind, name, pool }: Unmanaged): string =>
  `${kind} ${pool === undefined ? name : `${name} in pool ${pool}`}`;

/** Of one stack. */
export interface DriftCounts {
  readonly changed: number;
  /** Of those changed. */
  readonly healed: number;
  readonly pending: number;
  readonly unmanaged: number;
}

/** `2 changed outside cdkvm, 1 not yet applied, 3 unmanaged`; `no drift`. */
export function driftCounts({ changed, healed, pending, unmanaged }: DriftCounts): string {
  const parts = [
    [healed, "healed"],
    [changed - healed, "changed outside cdkvm"],
    [pending, "not yet applied"],
    [unmanaged, "unmanaged"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return said.join(", ") || "no drift";
}
