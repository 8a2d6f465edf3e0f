import type { DomainRef } from "../../../libvirt/refs.ts";
import { RESTART } from "../../../model/plan-warnings.ts";
import type { Diagnostic } from "../../protocol/resource.ts";

type Warning = Omit<Diagnostic, "severity">;

/** @param words the changes that need the restart: `cpu model` */
export function willRestart(name: string, words: readonly string[], newDisks: readonly string[]): Warning {
  const changes = words.length === 1 ? "This change needs" : "These changes need";
  return {
    summary: RESTART.format(name, words.join(", ")),
    detail:
      newDisks.length === 0
        ? `${changes} the guest to be shut down and started again. It keeps its disks, UUID and MAC addresses.`
        : `It is shut down, ${newDisks.join(" and ")} ${newDisks.length === 1 ? "is" : "are"} deleted with all data and created again, and it is started. It keeps its UUID and MAC addresses.`,
  };
}

/** @param because `no PCI slot is free` */
export const hasToBeOff = (name: string, devices: string, because: string): Warning => ({
  summary: `${name} has to be off for this (${devices}): ${because}`,
  detail: "A running guest can gain or lose a device only where its machine supports hot-plug: https://libvirt.org/pci-hotplug.html",
});

/** @param because `it runs with at most 48 MiB` */
export const startedWithLess = (name: string, because: string): Warning => ({
  summary: `${name} has to be off for this: ${because}`,
  detail: "Its definition was changed while it ran, for example with virt-manager. The guest gets more with its next start.",
});

/** @param starts whether this apply starts the guest */
export const restoresSaved = ({ name }: DomainRef, words: readonly string[], starts: boolean): Warning => ({
  summary: starts
    ? RESTART.format(name, `it has a saved state, and ${words.join(", ")}`)
    : `${name} has a saved state, which is restored first: ${words.join(", ")}`,
  detail:
    `libvirt restores a saved state (virsh managedsave) with the hardware that the guest had then. ${starts ? "It is therefore restored, shut down, and started again." : "These changes take effect at the start after that."}\n` +
    `  fix: if the saved state may be lost, set create = { force_boot = true }, or run: virsh managedsave-remove ${name}`,
});

/** A network, pool or host interface that a guest names and its host lacks. @param fix after `correct the name` */
export const unknownName = (guest: string, kind: string, name: string, fix: string): Warning => ({
  summary: `There is no ${kind} ${JSON.stringify(name)} on this host`,
  detail: `${guest} cannot start without it.\n  fix: correct the name${fix}`,
});
