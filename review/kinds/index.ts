import { guest } from "./guest.ts";
import type { ResourceKind } from "./kind.ts";
import { network } from "./network.ts";
import { pool } from "./pool.ts";
import { seed } from "./seed.ts";
import { volume } from "./volume.ts";

const KINDS: Readonly<Record<string, ResourceKind>> = {
  libvirt_domain: guest,
  libvirt_volume: volume,
  libvirt_pool: pool,
  libvirt_network: network,
  libvirt_cloudinit_disk: seed("cloud-init disk"),
  libvirt_ignition: seed("ignition file"),
  libvirt_combustion: seed("combustion disk"),
};

/** The kind of a resource type; of one that is not known, its type is the noun. */
export const kindOf = (type: string): ResourceKind => KINDS[type] ?? { noun: type };
