import type { DomainState } from "../../../libvirt/domain-state.ts";

/** A guest's state, or `gone` if libvirt no longer knows it. */
export type Standing = DomainState | { readonly state: "gone"; readonly reason: "" };

/** Why a guest does not continue unaided. */
export interface Halt {
  /** After the guest's name: `crashed`. */
  readonly what: string;
  readonly likely?: string;
  readonly fix: (name: string) => string;
}

const console = (name: string): string => `look at its console: virsh start ${name} --console`;
const reset = (name: string): string => `look at its display or console, then restart it: virsh reset ${name}, virsh resume ${name}`;

/** By state, then by reason: `*` if no other matches. */
const halts: Readonly<Partial<Record<Standing["state"], Readonly<Record<string, Halt>>>>> = {
  paused: {
    ioerror: {
      what: "was paused because a disk could not be read or written",
      likely: "its storage is full, missing or broken",
      fix: (name) => `free space or repair the storage (virsh domblkerror ${name} names the disk), then: virsh resume ${name}`,
    },
    watchdog: { what: "was paused by its watchdog", likely: "its system hangs, or nothing in it feeds the watchdog", fix: reset },
    crashed: { what: "was paused because its system crashed", likely: "its kernel panicked", fix: reset },
    "postcopy-failed": {
      what: "was paused because its migration failed halfway",
      fix: (name) => `recover the migration (virsh migrate --postcopy-resume), or turn it off: virsh destroy ${name}`,
    },
    "*": {
      what: "was paused by QEMU after an error that it cannot recover from",
      likely:
        "KVM on this host cannot run what the guest runs, for example because nested virtualization does not work (`cdkvm doctor` says more)",
      fix: (name) => `emulate it (type = "qemu") or repair the host, and turn it off: virsh destroy ${name}`,
    },
  },
  crashed: { "*": { what: "crashed", likely: "its kernel panicked", fix: reset } },
  shutoff: {
    shutdown: {
      what: "shut itself down",
      likely:
        "its system powers off when its work is done, as an installer does; on_reboot stops it; or somebody shut it down (virsh shutdown)",
      fix: console,
    },
    destroyed: { what: "was turned off", likely: "somebody did (virsh destroy), or on_reboot or on_crash stops it", fix: console },
    crashed: {
      what: "ended: QEMU crashed or was killed, or its system panicked",
      likely: "the host ran out of memory (`dmesg` names what it killed), or the guest's kernel panicked",
      fix: console,
    },
    migrated: { what: "was migrated to another host", fix: () => "import it there" },
    saved: { what: "was saved and stopped", likely: "somebody did (virsh managedsave)", fix: (name) => `virsh start ${name}` },
    "*": { what: "stopped", fix: console },
  },
  gone: {
    "*": { what: "was removed from the host", likely: "somebody did (virsh undefine)", fix: () => "plan again: it will be created again" },
  },
};

/** Who caused a pause: libvirt, which ends it again, a person, or an error. */
export function pauseBy(reason: string): "libvirt" | "person" | "error" {
  if (["migration", "save", "dump", "snapshot", "shutting-down", "starting-up", "postcopy"].includes(reason)) return "libvirt";
  return reason === "user" || reason === "from-snapshot" ? "person" : "error";
}

/** Why a guest does not continue unaided; undefined if it may. */
export function haltOf({ state, reason }: Standing): Halt | undefined {
  if (state === "paused" && pauseBy(reason) !== "error") return undefined;
  return halts[state]?.[reason] ?? halts[state]?.["*"];
}
