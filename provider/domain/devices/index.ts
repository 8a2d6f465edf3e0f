import { audios, inputs, videos } from "./automatic.ts";
import { balloon } from "./balloon.ts";
import { consoles, serials } from "./consoles.ts";
import { controllers } from "./controllers.ts";
import { disks } from "./disks.ts";
import { graphics } from "./graphics.ts";
import { hostdevs } from "./hostdevs.ts";
import { interfaces } from "./interfaces.ts";
import type { DeviceKind } from "./kind.ts";

/** Whether the table's key identifies the devices of a list even if they differ otherwise: libvirt can change them in place. */
export const isKeyed = (list: string): boolean => deviceKinds[list]?.update !== undefined;

/** The devices with more to them than the table says, by attribute of `devices`. */
export const deviceKinds: Readonly<Record<string, DeviceKind>> = {
  audios,
  consoles,
  controllers,
  disks,
  graphics,
  hostdevs,
  inputs,
  interfaces,
  mem_balloon: balloon,
  serials,
  videos,
};
