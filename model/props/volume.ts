import { z } from "zod";
import { refuse } from "../refuse.ts";
import { imageFormat } from "./image.ts";
import { name, reference, size } from "./shared.ts";

export const volumeProps = z
  .strictObject({
    name: name("Name of the volume. Default: from the construct path, with the format as its ending.").optional(),
    pool: reference("The pool that holds it. Default: the host's own pool.").optional(),
    size: size("Capacity. Default: that of the image or of the backing volume.").optional(),
    format: imageFormat.optional().meta({ description: "Format. Default: qcow2, or raw in a pool of block devices." }),
    image: reference("Image to copy into the volume.").optional(),
    backing: reference("Volume or image below this one; only what differs from it is kept here (copy on write).").optional(),
    protect: z.boolean().optional().meta({ description: "Never destroy or replace it. Default: false." }),
  })
  .check((context) => {
    const { image, backing, size: capacity } = context.value;
    if (image !== undefined && backing !== undefined)
      refuse(context, {
        problem: "both image and backing are set",
        fix: "keep image for a full copy, or backing to store only the differences",
      });
    if (image === undefined && backing === undefined && capacity === undefined)
      refuse(context, { path: ["size"], input: undefined, problem: "required for a blank volume", fix: 'for example "20 GiB"' });
  })
  .meta({ id: "Volume", description: "A disk in a storage pool." });
