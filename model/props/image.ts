import { z } from "zod";
import { CdkvmError } from "../errors.ts";
import { name, path, spelled } from "./shared.ts";

const DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** `sha256:...`, `sha512:...`, or the bare hexadecimal digits. @throws CdkvmError */
export function checksum(text: string): string {
  const trimmed = text.trim().toLowerCase();
  const [algorithm, digits] = trimmed.includes(":") ? trimmed.split(":", 2) : [trimmed.length === 128 ? "sha512" : "sha256", trimmed];
  const length = DIGITS[algorithm ?? ""];
  if (length === undefined)
    throw wrong(`${JSON.stringify(algorithm)} is not a checksum that cdkvm knows; write "sha256:..." or "sha512:..."`);
  if (!new RegExp(`^[0-9a-f]{${length}}$`).test(digits ?? ""))
    throw wrong(`${algorithm} has ${length} hexadecimal digits, and ${JSON.stringify(digits)} is not that`);
  return `${algorithm}:${digits}`;
}

const wrong = (problem: string): CdkvmError => new CdkvmError({ code: "CDKVM_VALUE", doing: "read a checksum", problem });

function imageUrl(text: string): void {
  if (/^(https?|file):\/\/.+/.test(text) || text.includes("${")) return;
  const problem = text.startsWith("/")
    ? `${JSON.stringify(text)} is a path; did you mean path: ${JSON.stringify(text)}?`
    : `${JSON.stringify(text)} is not an http, https or file URL`;
  throw new CdkvmError({ code: "CDKVM_VALUE", doing: "read a URL", problem });
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
    context.issues.push({
      code: "custom",
      continue: true,
      input: context.value,
      path: [],
      message: url === undefined ? "it has neither url nor path; give it one of them" : "it has both url and path; keep one of them",
    });
  })
  .meta({ id: "Image", description: "A disk image that guests start from; shared by all guests of a pool." });
