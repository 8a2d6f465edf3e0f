import { asText, isValues, type Values, valueAt } from "../../model/values.ts";
import { devicesIn } from "../domain/devices/lists.ts";
import { whereOf } from "../domain/planning/shared-disks.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { volumeKey } from "../volume/name.ts";
import { volumeNeeded } from "./errors.ts";
import type { Removal } from "./host-users.ts";
import { type VolumeAt, volumeAt } from "./inventory.ts";
import { type Known, refuseUsed } from "./refuse-used.ts";

/** What the private data of a volume to be removed records for apply. */
export interface Noted extends Known {
  readonly removal: Removal;
}

/**
 * Plans the removal of a volume, for good or to recreate it: nothing outside this state may use it. The state's own guests, planned
 * afterwards, take it into account.
 *
 * @throws as {@link refuseUsed}; CDKVM_VOLUME_NEEDED if a guest of this plan, planned earlier, still has it
 */
export async function planVolumeRemoval(prior: Values, removal: Removal, context: Context<Host>): Promise<void> {
  const { client: host } = context;
  const volume = volumeAt(prior);
  const what = `volume ${volume.name} in pool ${volume.pool}`;
  const inventory = await host.users.inventory();
  const users = inventory.ofVolume(volume);
  const overlays = volume.path === "" ? [] : await host.users.overlaysOn(volume.path);
  const known = refuseUsed({ what, doing: removal === "destroyed" ? "destroy" : "replace", users, overlays, breaks: true }, context);
  host.users.remove(volume, removal);
  // A guest that refers to the volume is planned after this; one that names it as text, in parallel or before.
  for (const { guest, runs } of users) {
    if (context.isShown(guest.uuid)) host.users.comeTo(guest.uuid);
    const planned = await host.users.plannedBeside(guest.uuid);
    const index = planned === undefined ? -1 : diskOf(planned, volume);
    if (planned !== undefined && index >= 0 && (removal === "destroyed" || runs)) throw volumeNeeded(["name"], guest.name, what, removal);
  }
  const noted: Noted = { removal, ...known };
  context.setPrivate({ ...(isValues(context.private) ? context.private : {}), removal: { ...noted } });
}

/** What the plan noted; undefined if an older cdkvm planned it, or nothing did. */
export function notedRemoval(context: Pick<Context<Host>, "private">): Noted | undefined {
  const noted = isValues(context.private) ? context.private["removal"] : undefined;
  return isValues(noted) ? (noted as unknown as Noted) : undefined;
}

const diskOf = (guest: Values, volume: VolumeAt): number =>
  devicesIn(guest, "disks").findIndex((disk) => [volumeKey(volume), volume.path].includes(whereOf(disk["source"]) ?? "?"));

/** A disk of a guest whose volume this plan recreates. */
export interface RecreatedDisk {
  readonly dev: string;
  readonly index: number;
}

/**
 * A guest's disks that this plan recreates, except media in drives, which are changed while the guest runs.
 * @throws CDKVM_VOLUME_NEEDED if the plan destroys one for good
 */
export function recreatedDisks(planned: Values, host: Host): readonly RecreatedDisk[] {
  return devicesIn(planned, "disks").flatMap((disk, index) => {
    const where = whereOf(disk["source"]);
    const removal = where === undefined ? undefined : host.users.removalOf(where);
    if (removal === "destroyed") throw volumeNeeded(["devices", "disks", index, "source"], asText(planned["name"]), where ?? "", removal);
    const isMedium = disk["device"] === "cdrom" || disk["device"] === "floppy";
    return removal === undefined || isMedium ? [] : [{ dev: asText(valueAt(disk, "target", "dev") ?? ""), index }];
  });
}
