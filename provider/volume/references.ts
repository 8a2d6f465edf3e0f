import { asText, type Values, valueAt } from "../../model/values.ts";
import { visible } from "../../model/visible.ts";
import type { Context } from "../protocol/resource.ts";
import { imageHasReferences, URL_PATH } from "./errors.ts";
import type { FileReference, ImageHead } from "./image/index.ts";

const ALLOW_PATH = ["create", "content", "allow_backing_file"] as const;

const NOUNS: Readonly<Record<FileReference["kind"], string>> = {
  backing: "backing file",
  data: "data file",
  extent: "extent",
  parent: "parent",
};
/** An image may refer to thousands of extents, and a name may have any length. */
const LISTED = 3;
const NAME_MAX = 200;

/**
 * If an image refers to other files, QEMU opens those files on the KVM host, and libvirt makes them readable for QEMU, whoever owns them.
 * Warns if the configuration allows it.
 *
 * @throws CDKVM_IMAGE_REFERENCES at the URL's attribute, if the configuration does not allow it
 */
export function refuseReferences(config: Values, { format, references }: ImageHead, warn: Context<unknown>["warn"]): void {
  if (references.length === 0) return;
  const name = asText(config["name"]);
  const allowed = valueAt(config, ...ALLOW_PATH);
  if (allowed !== null && allowed !== false)
    return warn({
      summary: `The image for ${name} refers to ${listed(references)}`,
      detail: "It works only if the KVM host has these files at these paths.",
      path: URL_PATH,
    });
  throw imageHasReferences(name, asText(valueAt(config, ...URL_PATH)), format, listed(references));
}

/** `a backing file, "/srv/base.qcow2"`, in the image's order. */
function listed(references: readonly FileReference[]): string {
  const texts = references.slice(0, LISTED).map(({ kind, name }) => {
    const noun = `${kind === "extent" ? "an" : "a"} ${NOUNS[kind]}`;
    return name === undefined ? noun : `${noun}, ${quoted(name)}`;
  });
  const more = references.length - LISTED;
  return texts.join(" and ") + (more > 0 ? `, and ${more} more` : "");
}

/** The image's author chose the name, so it must not reach a terminal unescaped. */
const quoted = (name: string): string => visible(JSON.stringify(name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name));
