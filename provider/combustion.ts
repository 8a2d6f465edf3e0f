import { asText } from "../model/values.ts";
import { combustion as table } from "../model/combustion.ts";
import { isoImage } from "./cloudinit/iso9660.ts";
import { madeFile } from "./made-file.ts";
import { madeFileResource } from "./made-file-resource.ts";

/** `libvirt_combustion`: label and folder are defined by https://en.opensuse.org/Portal:MicroOS/Combustion */
export const combustion = madeFileResource(table, "combustion disk", "combustion", (config) =>
  madeFile("combustion", isoImage("combustion", [{ name: "combustion/script", content: Buffer.from(asText(config["content"])) }])),
);
