import { madeFile } from "./made-file.ts";
import { table, text, type Table } from "./table.ts";

export const ignition: Table = table({
  type: "libvirt_ignition",
  element: "",
  doc: "An Ignition configuration for Fedora CoreOS, Flatcar and their kin, as a file to make a volume from. https://coreos.github.io/ignition/",
  change: "replace",
  fields: {
    name: text("", { required: true, doc: "Name of the file." }),
    content: text("", { required: true, sensitive: true, holds: "ignition", doc: "The configuration, JSON as Butane prints it." }),
    ...madeFile,
  },
});
