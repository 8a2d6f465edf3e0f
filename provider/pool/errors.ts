import { listed } from "../../model/listed.ts";
import type { AttributePath } from "../../model/values.ts";
import { errorAt } from "../diagnose.ts";

export const poolNotEmpty = (name: string, cause: Error): Error =>
  errorAt(["destroy", "delete"], {
    code: "CDKVM_POOL_NOT_EMPTY",
    doing: `delete the storage of pool ${name}`,
    problem: cause.message,
    likely: "it contains something that this configuration did not create",
    fix: "remove that, or set destroy.delete = false and apply before you destroy the pool",
    cause,
  });

/**
 * A pool whose storage would change, and leave its content behind.
 *
 * @param isDirectory whether its files can be moved
 */
export const poolMoves = (
  path: AttributePath,
  name: string,
  volumes: readonly string[],
  guests: readonly string[],
  isDirectory: boolean,
): Error =>
  errorAt(path, {
    code: "CDKVM_POOL_MOVES",
    doing: `plan the storage pool ${name}`,
    problem: `the storage of pool ${name} would change (${path.join(".")}) and leave behind ${[
      ...(volumes.length > 0 ? [`its volumes ${listed(volumes)}`] : []),
      ...(guests.length > 0 ? [`the disks of ${listed(guests)}`] : []),
    ].join(" and ")}`,
    fix:
      "create a second pool for the new storage, and put new disks there; " +
      (isDirectory
        ? `to move this pool: shut its guests down, move the files, change the path with \`virsh pool-edit ${name}\`, restart the pool, and plan again`
        : "to move data, copy it"),
  });
