import type { Libvirt } from "../../../libvirt/connection.ts";
import type { DomainState } from "../../../libvirt/domain-state.ts";
import type { Domains } from "../../../libvirt/domains.ts";
import { isLibvirtError, LibvirtError } from "../../../libvirt/errors.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { Path } from "../../protocol/resource.ts";
import { errorAt } from "../../diagnose.ts";
import { qemuLog } from "./qemu-log.ts";

/** A guest's state, or `gone` if libvirt no longer knows it. */
export type Standing = DomainState | { readonly state: "gone"; readonly reason: "" };

export async function standingOf(domains: Domains, domain: DomainRef): Promise<Standing> {
  try {
    return await domains.state(domain);
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return { state: "gone", reason: "" };
    throw error;
  }
}

/** Who caused a pause: libvirt, which ends it again, a person, or an error. */
export function pauseBy(reason: string): "libvirt" | "person" | "error" {
  if (["migration", "save", "dump", "snapshot", "shutting-down", "starting-up", "postcopy"].includes(reason)) return "libvirt";
  return reason === "user" || reason === "from-snapshot" ? "person" : "error";
}

interface Halt {
  readonly what: string;
  readonly likely?: string;
  readonly fix: (name: string) => string;
}

const console = (name: string): string => `look at its console: virsh start ${name} --console`;
const reset = (name: string): string => `look at its display or console, then start it anew: virsh reset ${name}, virsh resume ${name}`;

/** By state, then by reason: `*` if no other matches. */
const halts: Readonly<Partial<Record<Standing["state"], Readonly<Record<string, Halt>>>>> = {
  paused: {
    ioerror: {
      what: "was paused, for a disk could not be read or written",
      likely: "the storage beneath it is full, gone, or broken",
      fix: (name) => `make room or mend the storage (virsh domblkerror ${name} names the disk), then: virsh resume ${name}`,
    },
    watchdog: { what: "was paused by its watchdog", likely: "its system hangs, or nothing in it feeds the watchdog", fix: reset },
    crashed: { what: "was paused, for its system crashed", likely: "its kernel panicked", fix: reset },
    "postcopy-failed": {
      what: "was paused, for its migration failed half-way",
      fix: (name) => `recover the migration (virsh migrate --postcopy-resume), or turn it off: virsh destroy ${name}`,
    },
    "*": {
      what: "was paused by QEMU, which met an error that it cannot go on from",
      likely: "KVM on this host cannot run what the guest runs, as where nested virtualization does not work (`cdkvm doctor` says more)",
      fix: (name) => `have it emulated (type = "qemu"), or mend the host, and turn it off: virsh destroy ${name}`,
    },
  },
  crashed: { "*": { what: "crashed", likely: "its kernel panicked", fix: reset } },
  shutoff: {
    shutdown: {
      what: "shut itself down",
      likely: "its system powers off at the end of its work, as installers do; on_reboot ends it; or somebody asked it to (virsh shutdown)",
      fix: console,
    },
    destroyed: { what: "was turned off", likely: "somebody did (virsh destroy), or on_reboot or on_crash ends it", fix: console },
    crashed: {
      what: "ended: its QEMU crashed or was killed, or its system panicked",
      likely: "the host ran out of memory (`dmesg` names what it killed), or the guest's kernel panicked",
      fix: console,
    },
    migrated: { what: "was migrated to another host", fix: () => "import it there" },
    saved: { what: "was saved and stopped", likely: "somebody did (virsh managedsave)", fix: (name) => `virsh start ${name}` },
    "*": { what: "stopped", fix: console },
  },
  gone: {
    "*": { what: "was removed from the host", likely: "somebody did (virsh undefine)", fix: () => "plan again: it will be made anew" },
  },
};

/** Why a guest does not continue unaided; undefined if it may. */
export function haltOf({ state, reason }: Standing): Halt | undefined {
  if (state === "paused" && pauseBy(reason) !== "error") return undefined;
  return halts[state]?.[reason] ?? halts[state]?.["*"];
}

/** The error for a guest that stopped while it was waited for: libvirt's reason, QEMU's last output, and the fix. */
export async function halted(
  libvirt: Libvirt,
  domain: DomainRef,
  standing: Standing,
  halt: Halt,
  doing: string,
  path: Path,
): Promise<Error> {
  const { state, reason } = standing;
  const [disks, log] = await Promise.all([state === "paused" ? brokenDisks(libvirt.domains, domain) : "", qemuLog(libvirt.uri, domain)]);
  const lines = [
    `${domain.name} ${halt.what}${disks}`,
    ...(state === "gone" ? [] : [`  libvirt: ${state} (${reason})`]),
    ...(log === undefined || log.lines.length === 0 ? [] : [`  QEMU, in ${log.path}:`, ...log.lines.map((line) => `    ${line}`)]),
  ];
  return errorAt(path, {
    code: "CDKVM_GUEST_STOPPED",
    doing,
    problem: lines.join("\n"),
    ...(halt.likely === undefined ? {} : { likely: halt.likely }),
    fix: halt.fix(domain.name),
  });
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
