import { asText, isList, isValues, type Value, type Values, valueAt } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { volumeKey } from "../../volume/name.ts";
import { diskShared } from "./errors.ts";

/**
 * Records at plan time which guest writes each disk; two guests that write to one file system destroy it.
 * @throws CDKVM_DISK_SHARED if another guest of this plan writes to it, and it is not shareable
 */
export function claimDisks(config: Values, host: Host): void {
  const guest = asText(config["name"]);
  const disks = valueAt(config, "devices", "disks");
  for (const [index, disk] of (isList(disks) ? disks : []).entries()) {
    if (!isValues(disk) || !isWritten(disk)) continue;
    const where = whereOf(disk["source"]);
    if (where === undefined) continue;
    const writer = host.writers.get(where) ?? guest;
    host.writers.set(where, writer);
    if (writer === guest) continue;
    throw diskShared(guest, ["devices", "disks", index, "source"], where, writer);
  }
}

const isWritten = ({ device, read_only, shareable, transient }: Values): boolean =>
  device !== "cdrom" && device !== "floppy" && read_only !== true && shareable !== true && !isValues(transient);

/** `volume images/data`, or a path; undefined if it is not known yet, or is not storage of the host. */
export function whereOf(source: Value | undefined): string | undefined {
  if (!isValues(source)) return undefined;
  const { file, block, volume } = source;
  const path = isValues(file) ? file["file"] : isValues(block) ? block["dev"] : undefined;
  if (typeof path === "string") return path;
  if (!isValues(volume) || typeof volume["pool"] !== "string" || typeof volume["volume"] !== "string") return undefined;
  return volumeKey({ pool: volume["pool"], name: volume["volume"] });
}
