import { TerraformStack, Token } from "#cdktf";
import type { IConstruct } from "constructs";
import type { DiskProps } from "./disk.ts";
import { diskError } from "./errors.ts";
import type { DomainDevicesDisks } from "./provider-libvirt/index.ts";

/** The guest that writes to each disk, by stack. */
const writers = new WeakMap<TerraformStack, Map<string, string>>();

/**
 * Allows one writer for a disk that its guest does not create: two guests that write to one file system destroy it.
 * @throws CDKVM_DISK_SHARED if another guest of the host has it
 */
export function claimDisk(guest: IConstruct, what: string, disk: DiskProps, { source, readOnly, shareable }: DomainDevicesDisks): void {
  if (readOnly || shareable || (disk.volume ?? disk.block ?? disk.file) === undefined) return;
  const stack = TerraformStack.of(guest);
  let known = writers.get(stack);
  if (!known) writers.set(stack, (known = new Map()));
  const key = keyOf(disk, source);
  const other = known.get(key);
  if (other === undefined) {
    known.set(key, guest.node.path);
    return;
  }
  const named = disk.volume === undefined ? (disk.block ?? disk.file ?? "") : `the volume ${disk.volume.node.path}`;
  throw diskError.shared(what, named, other);
}

/** Several constructs may name the same existing volume; a volume created by this program belongs to one construct. */
function keyOf({ volume }: DiskProps, source: DomainDevicesDisks["source"]): string {
  if (volume === undefined) return JSON.stringify(source);
  return Token.isUnresolved(volume.name) ? volume.node.path : `${volume.pool.node.path}/${volume.name}`;
}
