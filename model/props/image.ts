import { z } from "zod";
import { refuse } from "../refuse.ts";
import { checksumError, urlError } from "../value-errors.ts";
import { name, path, spelled } from "./shared.ts";

const DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** `sha256:...`, `sha512:...`, or the bare hexadecimal digits. @throws CdkvmError */
export function checksum(text: string): string {
  const trimmed = text.trim().toLowerCase();
  const [algorithm = "", digits = ""] = trimmed.includes(":")
    ? trimmed.split(":", 2)
    : [trimmed.length === 128 ? "sha512" : "sha256", trimmed];
  const length = DIGITS[algorithm];
  if (length === undefined) throw checksumError.algorithm(algorithm);
  if (!new RegExp(`^[0-9a-f]{${length}}$`).test(digits)) throw checksumError.digits(algorithm, digits, length);
  return `${algorithm}:${digits}`;
}

function imageUrl(text: string): void {
  if (/^(https?|file):\/\/.+/.test(text) || text.includes("${")) return;
  throw text.startsWith("/") ? urlError.path(text) : urlError.scheme(text);
}

export const imageFormat = z
  .enum(["qcow2", "raw", "vmdk", "vdi", "vpc", "iso"])
  .meta({ description: "Format of the file. Default: by its ending, else qcow2." });

export const imageProps = z
  .strictObject({
    name: name("Name of the volume that holds the image in each pool. Default: from the construct path.").optional(),
    url: spelled(imageUrl, {
      description: "Where to fetch the image from: http, https or file.",
      examples: ["https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"],
    }).optional(),
    path: path("The image file on the machine that runs apply.").optional(),
    checksum: spelled(checksum, {
      description: "Checksum of the file: sha256 or sha512. Embedded provider only.",
      examples: ["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    }).optional(),
    format: imageFormat.optional(),
    allowBackingFile: z.boolean().optional().meta({
      description:
        "The image may name other files of the host, which guests can then read: a backing file, a data file, extents. Default: false, such an image is refused. Embedded provider only.",
    }),
  })
  .check((context) => {
    const { url, path: file } = context.value;
    if ((url === undefined) !== (file === undefined)) return;
    if (url === undefined) refuse(context, { problem: "neither url nor path is set", fix: "set one of them" });
    else refuse(context, { problem: "both url and path are set", fix: "remove one of them" });
  })
  .meta({ id: "Image", description: "A disk image that guests start from; shared by all guests of a pool." });
