import { madeFile } from "./made-file.ts";
import { table, text, type Table } from "./table.ts";

export const cloudinitDisk: Table = table({
  type: "libvirt_cloudinit_disk",
  element: "",
  doc: "A cloud-init seed (NoCloud): an ISO image labelled cidata. https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html",
  change: "replace",
  fields: {
    name: text("", { required: true, doc: "Name of the disk." }),
    user_data: text("", {
      required: true,
      sensitive: true,
      holds: "user-data",
      doc: "User data: `#cloud-config`, a script, or a MIME archive.",
    }),
    meta_data: text("", { required: true, holds: "keyed", doc: "Meta data: `instance-id`, `local-hostname`." }),
    network_config: text("", { holds: "keyed", doc: "Network configuration, version 1 or 2." }),
    ...madeFile,
  },
});
