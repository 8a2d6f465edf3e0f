import { madeFile } from "./made-file.ts";
import { table, text, type Table } from "./table.ts";

export const combustion: Table = table({
  type: "libvirt_combustion",
  element: "",
  doc: "A Combustion disk for openSUSE MicroOS and its kin: an ISO image labelled combustion that holds the script. https://en.opensuse.org/Portal:MicroOS/Combustion",
  change: "replace",
  fields: {
    name: text("", { required: true, doc: "Name of the disk." }),
    content: text("", {
      required: true,
      sensitive: true,
      holds: "script",
      doc: "The script, from its `#!` line on; it runs once, at the first boot.",
    }),
    ...madeFile,
  },
});
