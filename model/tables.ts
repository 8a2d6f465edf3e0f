/** All tables, by Terraform type. */
import { cloudinitDisk } from "./cloudinit.ts";
import { combustion } from "./combustion.ts";
import { domainInterfaceAddresses, nodeInfo } from "./data-sources.ts";
import { domain } from "./domain/index.ts";
import { existingDomain, existingNetwork, existingPool, existingVolume } from "./existing.ts";
import { ignition } from "./ignition.ts";
import { network } from "./network.ts";
import { nodeDeviceInfo, nodeDevices } from "./node-devices.ts";
import { pool } from "./pool.ts";
import { group, integer, table, text, type Table } from "./table.ts";
import { volume } from "./volume.ts";

export const provider: Table = table({
  type: "libvirt",
  element: "",
  doc: "One libvirt host.",
  change: "none",
  fields: {
    uri: text("", {
      doc: "The host's libvirt URI: `qemu:///system`, `qemu+ssh://user@host/system`, ... Default: LIBVIRT_DEFAULT_URI, else qemu:///system. https://libvirt.org/uri.html",
    }),
    rollout: group(
      "",
      {
        at_once: integer("", { doc: "Guests that restart at the same time. Default 1." }),
        wait: text("", {
          doc: "What shows that a guest is back: `agent`, its guest agent answers; `ip`, it has an address. Default agent.",
        }),
        command: text("", {
          holds: "value",
          doc: "In place of `wait`: a shell command on the machine that applies, run until it exits with 0; CDKVM_GUEST and CDKVM_HOST say for whom.",
        }),
        timeout: integer("", { doc: "Seconds that a guest gets to come back. Default 300." }),
        abort_after: integer("", { doc: "Failures from which no further guest restarts. Default 1." }),
      },
      { embedded: true, doc: "Guests that an update restarts take turns. Default: they restart whenever the engine comes to them." },
    ),
  },
});

export const resources: readonly Table[] = [cloudinitDisk, combustion, domain, ignition, network, pool, volume];
export const dataSources: readonly Table[] = [
  domainInterfaceAddresses,
  existingDomain,
  existingNetwork,
  existingPool,
  existingVolume,
  nodeDeviceInfo,
  nodeDevices,
  nodeInfo,
];

const byType = new Map([...dataSources, ...resources].map((one) => [one.type, one]));

/** The table of a resource type, else of a data source; `undefined` if cdkvm does not support it. */
export const tableOf = (type: string): Table | undefined => byType.get(type);
