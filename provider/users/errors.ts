import type { AttributePath } from "../../model/values.ts";
import { errorAt } from "../diagnose.ts";
import type { VolumeName } from "../volume/name.ts";
import type { Removal } from "./host-users.ts";
import type { User } from "./inventory.ts";
import { useText } from "./uses.ts";

/** What a plan removes: `destroy` or `replace`, `volume data in pool images`. */
interface Removed {
  readonly doing: string;
  readonly what: string;
}

/**
 * A removal that would break somebody else's guest or volume.
 *
 * @param users in words
 * @param guest one of them
 * @param allowable whether `--allow-in-use` allows it
 */
export const inUse = ({ doing, what }: Removed, users: string, guest: string | undefined, allowable: boolean): Error =>
  errorAt(["name"], {
    code: "CDKVM_IN_USE",
    doing: `plan to ${doing} the ${what}`,
    problem: `the ${what} is used outside this state: ${users}`,
    likely: "another stack, or someone by other means, created what uses it",
    fix: `${guest === undefined ? "remove the volumes that it backs" : `remove it from ${guest} (virsh edit ${guest})`}, or keep it in the configuration${allowable ? "; or plan with --allow-in-use" : ""}`,
  });

/**
 * Reported to the command line, which plans again with the whole state.
 *
 * @param taken `the volume data is used`
 */
export const ownerUnknown = (doing: string, taken: string): Error =>
  errorAt(["name"], {
    code: "CDKVM_OWNERS_UNKNOWN",
    doing,
    problem: `${taken}, but it is not known yet whether by this state`,
    fix: "plan with the cdkvm command, which knows the whole state",
  });

export const usersUnknown = ({ doing, what }: Removed): Error => ownerUnknown(`plan to ${doing} the ${what}`, `the ${what} is used`);

/** A guest that keeps a disk on a volume that the plan removes. */
export const volumeNeeded = (path: AttributePath, guest: string, volume: string, removal: Removal): Error =>
  errorAt(path, {
    code: "CDKVM_VOLUME_NEEDED",
    doing: `plan the guest ${guest}`,
    problem: `${guest} has a disk on ${volume}, which this plan ${removal === "destroyed" ? "destroys" : "recreates while the guest runs"}`,
    likely: "the guest names the volume in a plain string, so the engine does not know which to change first",
    fix: "refer to its resource (volume = libvirt_volume.NAME.name), or remove the disk from the guest",
  });

/** A guest, unknown to the plan, that has a volume when apply deletes it. */
export const volumeHeld = ({ pool, name }: VolumeName, { guest, use, runs }: User): Error =>
  errorAt(["name"], {
    code: "CDKVM_IN_USE",
    doing: `delete the volume ${name} in pool ${pool}`,
    problem: `the volume ${name} is ${useText(use)} of ${guest.name}${runs ? ", which is running and has it open" : ""}; it was not deleted`,
    likely: "that guest is not in this state, or was changed after this plan",
    fix: runs
      ? `shut it down (virsh shutdown ${guest.name}) or detach the disk, and plan again`
      : `remove the disk from it (virsh edit ${guest.name}), and plan again`,
  });
