/** All tables, by Terraform type. */
import { cloudinitDisk } from "./cloudinit.ts";
import { domainInterfaceAddresses, nodeInfo } from "./data-sources.ts";
import { domain } from "./domain/index.ts";
import { network } from "./network.ts";
import { pool } from "./pool.ts";
import { table, text, type Table } from "./table.ts";
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
  },
});

export const resources: readonly Table[] = [cloudinitDisk, domain, network, pool, volume];
export const dataSources: readonly Table[] = [domainInterfaceAddresses, nodeInfo];

const byType = new Map([...resources, ...dataSources].map((one) => [one.type, one]));

/** The table of a resource or data source type; `undefined` where cdkvm does not have it. */
export const tableOf = (type: string): Table | undefined => byType.get(type);
