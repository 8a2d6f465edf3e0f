import type { Overlay } from "../observing/overlays.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { asText, type Values, type AttributePath } from "../../../model/values.ts";
import { errorAt } from "../../diagnose.ts";
import type { DiagnosticsError } from "../../protocol/resource.ts";

/** @param what `would be started, which the plan does not mention: it was running when this was planned, and is off now` */
export const planOutdated = (name: string, what: string): Error =>
  errorAt(["running"], {
    code: "CDKVM_PLAN_OUTDATED",
    doing: `apply the plan of the guest ${name}`,
    problem: `${name} ${what}`,
    likely: "somebody started or stopped it after the plan was made",
    fix: "plan again, and review the new plan",
  });

/** @param has `snapshots (before-update)` */
export const renameRefused = (ref: DomainRef, name: string, has: readonly string[]): Error =>
  errorAt(["name"], {
    code: "CDKVM_RENAME_REFUSED",
    doing: `plan the new name ${name} of the guest ${ref.name}`,
    problem: `${ref.name} has ${has.join(" and ")}: libvirt does not rename such a guest`,
    fix: `keep the name, or remove them first: virsh snapshot-delete, checkpoint-delete, managedsave-remove ${ref.name}`,
  });

export const diskShared = (guest: string, path: AttributePath, where: string, writer: string): Error =>
  errorAt(path, {
    code: "CDKVM_DISK_SHARED",
    doing: `plan the guest ${guest}`,
    problem: `${where} is a disk of ${writer} already, and both would write to it`,
    fix: "give each guest a disk of its own; if the file system is made for several writers, set shareable = true on both; otherwise set read_only = true",
  });

export const diskOnOverlay = (guest: string, path: AttributePath, { dev, file }: Overlay): Error =>
  errorAt(path, {
    code: "CDKVM_DISK_ON_OVERLAY",
    doing: `plan the guest ${guest}`,
    problem: `disk ${dev} of ${guest} runs on a snapshot's overlay, ${file}, and would lose what is written there`,
    fix: `merge the overlay into the disk: virsh blockcommit ${guest} ${dev} --active --pivot --wait; or configure the overlay as the disk's source`,
  });

export const restartRefused = ({ name }: Values, words: readonly string[], path: AttributePath = ["restart"]): Error =>
  errorAt(path, {
    code: "CDKVM_RESTART_REFUSED",
    doing: `plan the guest ${asText(name)}`,
    problem: `${asText(name)} would have to restart (${words.join(", ")}), and restart = "never" forbids it`,
    fix: 'undo the change, stop the guest first (running = false), or set restart = "allowed" for this apply',
  });

/** The delete of a disk does not know how its guest may be stopped. */
export const guestRuns = ({ name }: Values, words: readonly string[], path: AttributePath = ["shutdown"]): Error =>
  errorAt(path, {
    code: "CDKVM_GUEST_RUNS",
    doing: `plan the guest ${asText(name)}`,
    problem: `${asText(name)} runs (${words.join(", ")}), and shutdown = "graceful-only" keeps it from being turned off for that`,
    fix: `shut it down first: virsh shutdown ${asText(name)}, and plan again`,
  });

/** @param noun `block device` */
export const pathMissing = (noun: string, file: string, path: AttributePath, { name, running }: Values, uri: string): DiagnosticsError =>
  errorAt(path, {
    code: "CDKVM_PATH_MISSING",
    doing: `look on ${uri} for what the guest ${asText(name)} needs`,
    problem: `there is no ${noun} ${file} on this host`,
    likely: running === true ? "the path is misspelled, or the file is on another machine" : "the guest cannot start without it",
    fix: "correct the path, or put the file there; if this configuration creates it, refer to the resource that does, as in ${libvirt_volume.NAME.path}, so that it is created first",
  });
