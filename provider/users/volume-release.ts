import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { Affect, DeviceModify } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { child, childrenNamed, parseXml, serializeXml, type XmlElement } from "../../model/xml.ts";
import { updateTimeout } from "../domain/settings.ts";
import { stop } from "../domain/applying/stop.ts";
import { named } from "../domain/named.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { volumeHeld } from "./errors.ts";
import type { User, VolumeAt } from "./inventory.ts";
import { notedRemoval } from "./volume-plan.ts";

/** Maximum age of the cached inventory: matches are verified again. */
const MAX_AGE_MS = 5000;

/**
 * Ensures that no guest has the volume when it is deleted: shuts down a guest that runs on a recreated disk, as the plan said, and
 * ejects a medium from its drive, to be reinserted with {@link HostUsers.insert}.
 *
 * @returns the guests that will release it only later in this apply, by their own update
 * @throws CDKVM_IN_USE if something unknown to the plan has it
 */
export async function releaseVolume(volume: VolumeAt, context: Context<Host>): Promise<readonly string[]> {
  const { client: host, signal, warn } = context;
  const noted = notedRemoval(context);
  if (noted?.removal === "replaced") host.users.remove(volume, "replaced"); // engines plan each guest again before they apply it
  const users = await usersNow(host, volume);
  if (users.length === 0) return [];
  const libvirt = await host.libvirt();
  const isOwn = ({ guest }: User): boolean => noted?.own.includes(guest.uuid) === true;
  const isKnown = (user: User): boolean => isOwn(user) || (!user.runs && noted?.accepted.includes(user.guest.uuid) === true);
  const replaced = noted?.removal === "replaced";
  // If the plan did not know the whole state, a later step of this apply may detach the disk from the guest.
  const later = users.filter((user) => user.runs && !replaced && user.use.as !== "boot" && (isOwn(user) || noted?.whole !== true));
  const isMedium = ({ use: { as } }: User): boolean => replaced && as === "removable";
  const unknown = users.find((user) => !isKnown(user) && !later.includes(user) && !isMedium(user));
  if (unknown !== undefined) throw volumeHeld(volume, unknown);
  if (replaced)
    for (const { guest, use } of users.filter(({ runs, use: { as } }) => runs && as !== "boot")) {
      if (use.as === "removable") await takeOut(libvirt, guest, use.device, volume, host);
      else await named.alone(guest.name, host, () => stop(libvirt, guest, { timeout: updateTimeout({}), signal, warn }));
    }
  return [...new Set(later.map(({ guest }) => guest.uuid))];
}

/** The current users, if an inventory from a few seconds ago names any. */
async function usersNow(host: Host, volume: VolumeAt): Promise<readonly User[]> {
  const found = (await host.users.inventory(MAX_AGE_MS)).ofVolume(volume);
  if (found.length === 0) return [];
  return (await host.users.inventory(0)).ofVolume(volume);
}

/** Ejects a medium from the drive of a running guest, even if the guest uses it, and reinserts it later. */
async function takeOut(libvirt: Libvirt, guest: DomainRef, dev: string, volume: VolumeAt, host: Host): Promise<void> {
  const drive = driveOf(parseXml(await libvirt.domains.xml(guest)), dev);
  if (drive === undefined) return;
  const empty: XmlElement = {
    ...drive,
    children: drive.children.filter((one) => typeof one === "string" || !["source", "backingStore"].includes(one.name)),
  };
  const change = (xml: XmlElement): Promise<void> =>
    libvirt.domains.devices.update(guest, serializeXml(xml), Affect.LIVE | DeviceModify.FORCE);
  await change(empty);
  host.users.insertLater(volume, async () => {
    try {
      await change(drive);
    } catch (error) {
      if (!isLibvirtError(error, "NO_DOMAIN", "OPERATION_INVALID")) throw error; // the guest has stopped meanwhile
    }
  });
}

function driveOf(domain: XmlElement, dev: string): XmlElement | undefined {
  const devices = child(domain, "devices");
  return devices && childrenNamed(devices, "disk").find((one) => child(one, "target")?.attributes["dev"] === dev);
}
