import { asText, type Values, valueAt } from "../../model/values.ts";
import { visible } from "../../model/visible.ts";
import type { Context } from "../protocol/resource.ts";
import { errorAt } from "../diagnose.ts";
import type { FileReference, ImageHead } from "./image/index.ts";
import { shown, URL_PATH } from "./source.ts";

const ALLOW_PATH = ["create", "content", "allow_backing_file"] as const;

const NOUNS: Readonly<Record<FileReference["kind"], string>> = {
  backing: "backing file",
  data: "data file",
  extent: "extent",
  parent: "parent",
};
/** An image may name thousands of extents, and a name may have any length. */
const LISTED = 3;
const NAME_MAX = 200;

/**
 * If an image names other files, QEMU opens those files on the KVM host, and libvirt makes them readable for QEMU, whoever owns them.
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
      summary: `The image for ${name} names ${worded(references)}`,
      detail: "It works only if the KVM host has what it names, at that very path.",
      path: URL_PATH,
    });
  throw errorAt(URL_PATH, {
    code: "CDKVM_IMAGE_REFERENCES",
    doing: `fill the volume ${name} from ${shown(asText(valueAt(config, ...URL_PATH)))}`,
    problem: `the image names ${worded(references)}: QEMU would open that on the KVM host, and the guest could read it`,
    likely: "it is one part of an image that consists of several files, or somebody wants to read the host's files",
    fix:
      `where all its parts are, make one file of them: qemu-img convert -O ${format === "vmdk" ? "vmdk" : "qcow2"} IMAGE NEW. ` +
      "Where the host's own file is meant, say allow_backing_file = true (allowBackingFile of an Image)",
  });
}

/** `a backing file, "/srv/base.qcow2"`, in the order in which the image names them. */
function worded(references: readonly FileReference[]): string {
  const texts = references.slice(0, LISTED).map(({ kind, name }) => {
    const noun = `${kind === "extent" ? "an" : "a"} ${NOUNS[kind]}`;
    return name === undefined ? noun : `${noun}, ${quoted(name)}`;
  });
  const more = references.length - LISTED;
  return texts.join(" and ") + (more > 0 ? `, and ${more} more` : "");
}

/** The image's author chose the name, so it must not reach a terminal unescaped. */
const quoted = (name: string): string => visible(JSON.stringify(name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name));
