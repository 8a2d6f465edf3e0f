import { sizeText } from "../../model/bytes.ts";
import { CdkvmError, type ErrorDetails, messageOf } from "../../model/errors.ts";
import { errorAt } from "../diagnose.ts";
import { importCommand } from "../import-command.ts";
import type { VolumeName } from "./name.ts";

export const URL_PATH = ["create", "content", "url"] as const;
export const CHECKSUM_PATH = ["create", "content", "checksum"] as const;

/** The URL without a login. */
const shown = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, "$1");

export const volumeTaken = ({ pool, name }: VolumeName, uri: string): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `create the volume ${name} in pool ${pool} on ${uri}`,
    problem: `a volume named "${name}" already exists in pool "${pool}", but not in this state`,
    likely:
      "it belongs to another stack or to none, this state was lost, or this apply replaces it with create_before_destroy. It was not changed",
    fix: `choose another name, or import it (${importCommand(`${pool}/${name}`)}) if no other state has it`,
  });

export const volumeNotFound = (id: string, uri: string): Error =>
  new CdkvmError({
    code: "CDKVM_NO_VOLUME",
    doing: `import a volume from ${uri}`,
    problem: `there is no volume ${JSON.stringify(id)} on this host`,
    fix: "give POOL/NAME, or the path on the host; `virsh vol-list POOL` lists both",
  });

/** A capacity below the volume's current one. */
export const volumeShrinks = (name: string, from: number, to: number): Error =>
  errorAt(["capacity"], {
    code: "CDKVM_VOLUME_SHRINKS",
    doing: `change the volume ${name}`,
    problem: `capacity ${sizeText(to)} is less than the volume's ${sizeText(from)}; shrinking would cut off data`,
    fix: `set capacity to ${sizeText(from)} or more; for a smaller disk, create a new volume and copy the data`,
  });

export const volumeSmaller = (doing: string, has: number, wanted: number): Error =>
  errorAt(["capacity"], {
    code: "CDKVM_VOLUME_SMALLER",
    doing,
    problem: `the volume has ${sizeText(has)} instead of the requested ${sizeText(wanted)}`,
    likely: "its file was changed or replaced in the meantime, or a guest runs on a deleted file",
    fix: "plan again; if the difference remains, restart the guest that uses the volume",
  });

export const poolMissing = (name: string, uri: string, cause: unknown): Error =>
  errorAt(["pool"], {
    code: "CDKVM_NO_POOL",
    doing: `look up the storage pool ${name} on ${uri}`,
    problem: `there is no storage pool "${name}" on this host`,
    fix: "refer to a libvirt_pool of this configuration (pool = libvirt_pool.NAME.name); `virsh pool-list --all` lists the existing pools",
    cause,
  });

export const poolInactive = (doing: string, name: string, cause: unknown): Error =>
  errorAt(["pool"], {
    code: "CDKVM_POOL_INACTIVE",
    doing,
    problem: `the storage pool "${name}" is not running`,
    fix: `start it: virsh pool-start ${name}; apply starts a libvirt_pool of this configuration`,
    cause,
  });

/** @param free bytes; undefined if the pool does not say */
export const poolFull = (doing: string, name: string, free: number | undefined, cause: unknown): Error =>
  errorAt(["capacity"], {
    code: "CDKVM_POOL_FULL",
    doing,
    problem: `the storage pool "${name}" is full${free === undefined ? "" : `: ${sizeText(free)} free`}`,
    ...(cause === undefined ? {} : { likely: messageOf(cause), cause }),
    fix: "free space in the pool, use a larger pool, or make the volume smaller. The incomplete volume was removed",
  });

/** A lost upload, at the attribute it concerns. */
export const uploadLost = (details: ErrorDetails, cause: unknown): Error => errorAt(["pool"], { ...details, cause });

export const imageNotRaw = (name: string, format: string, poolType: string): Error =>
  errorAt(URL_PATH, {
    code: "CDKVM_IMAGE_FORMAT",
    doing: `create the volume ${name}`,
    problem: `the image is ${format}, but a pool of type ${poolType} holds only raw volumes`,
    fix: "convert it: qemu-img convert -O raw IMAGE IMAGE.raw",
  });

export const imageFormatDiffers = (name: string, format: string, wanted: string): Error =>
  errorAt(["target", "format", "type"], {
    code: "CDKVM_IMAGE_FORMAT",
    doing: `create the volume ${name}`,
    problem: `the image is ${format}, not ${wanted}`,
    fix: `set target.format.type = "${format}", or convert the image: qemu-img convert -O ${wanted} IMAGE NEW`,
  });

export const imageSizeUnknown = (name: string): Error =>
  errorAt(["capacity"], {
    code: "CDKVM_IMAGE_SIZE",
    doing: `create the volume ${name}`,
    problem: "the size of the image is unknown",
    likely: "the server does not send its length",
    fix: "set capacity to the disk size that the guest is to see",
  });

export const imageTooLarge = (name: string, size: number, capacity: number): Error =>
  errorAt(["capacity"], {
    code: "CDKVM_IMAGE_TOO_LARGE",
    doing: `create the volume ${name}`,
    problem: `the image has ${sizeText(size)}, but capacity is ${sizeText(capacity)}`,
    fix: `set capacity to ${sizeText(size)} or more, or omit it`,
  });

/** @param files the files that the image refers to, in words */
export const imageHasReferences = (name: string, url: string, format: string, files: string): Error =>
  errorAt(URL_PATH, {
    code: "CDKVM_IMAGE_REFERENCES",
    doing: `fill the volume ${name} from ${shown(url)}`,
    problem: `the image refers to ${files}, which QEMU would open on the KVM host and the guest could read`,
    likely: "it is one part of an image that consists of several files, or someone tries to read the host's files",
    fix:
      `to merge its parts into one file, run where they are: qemu-img convert -O ${format === "vmdk" ? "vmdk" : "qcow2"} IMAGE NEW. ` +
      "To use the host's own file, set allow_backing_file = true (allowBackingFile of an Image)",
  });

/** @param found, expected `sha256:DIGEST` */
export const checksumDiffers = (url: string, found: string, expected: string): Error =>
  errorAt(CHECKSUM_PATH, {
    code: "CDKVM_CHECKSUM",
    doing: `check ${shown(url)}`,
    problem: `the content does not match the checksum: it has ${found}`,
    likely: "the image at this URL was updated, or it was altered in transit",
    fix: `compare it with the checksum that the publisher gives; the configuration has ${expected}`,
  });

const ON_THIS_MACHINE = "the path refers to the machine that runs apply, not to the KVM host";
const OTHER_PATH = "correct the path, or give a URL";

export const fileMissing = (url: string, path: string, cause: unknown): Error =>
  errorAt(URL_PATH, {
    code: "CDKVM_IMAGE_MISSING",
    doing: `read ${shown(url)}`,
    problem: `there is no file ${path} on this machine`,
    likely: ON_THIS_MACHINE,
    fix: OTHER_PATH,
    cause,
  });

export const fileUnreadable = (url: string, cause: unknown): Error =>
  errorAt(URL_PATH, {
    code: "CDKVM_IMAGE_UNREADABLE",
    doing: `read ${shown(url)}`,
    problem: messageOf(cause),
    likely: ON_THIS_MACHINE,
    fix: OTHER_PATH,
    cause,
  });

export const downloadFailed = (url: string, cause: unknown): Error =>
  errorAt(URL_PATH, {
    code: "CDKVM_IMAGE_UNREADABLE",
    doing: `read ${shown(url)}`,
    problem: messageOf(cause),
    fix: "check the URL: curl -fLI URL",
    cause,
  });
