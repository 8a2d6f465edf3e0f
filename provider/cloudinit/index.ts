import { cloudinitDisk as table } from "../../model/cloudinit.ts";
import { asText, type Values } from "../../model/values.ts";
import { madeFile, type MadeFile } from "../made-file.ts";
import { madeFileResource } from "../made-file-resource.ts";
import { isoImage } from "./iso9660.ts";

/** A NoCloud seed: https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html */
function seedOf(config: Values): MadeFile {
  const network = config["network_config"];
  const image = isoImage("cidata", [
    { name: "meta-data", content: Buffer.from(asText(config["meta_data"])) },
    ...(typeof network === "string" && network !== "" ? [{ name: "network-config", content: Buffer.from(network) }] : []),
    { name: "user-data", content: Buffer.from(asText(config["user_data"])) },
  ]);
  return madeFile("cloudinit", image);
}

export const cloudinitDisk = madeFileResource(table, "cloud-init disk", "cloudinit", seedOf);
