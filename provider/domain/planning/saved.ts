import { changeNames } from "../../../attributes/names.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import type { Domains } from "../../../libvirt/domains.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { asText, isValues, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";
import { renameRefused, restartRefused } from "./errors.ts";
import { mayNotRestart } from "./restart.ts";
import { isRunning } from "./restarts.ts";
import { restoresSaved } from "./warnings.ts";

/** What a guest that is off may have: a saved state (`virsh managedsave`), snapshots, checkpoints. */

/** Hardware changes: a saved state resumes with the hardware that it was saved with. */
export const hardwareChanges = (changes: readonly PlannedChange[]): readonly PlannedChange[] =>
  changes.filter(({ change, path }) => change === "restart" && !["id", "uuid", "name"].includes(String(path[0])));

/**
 * Whether a start would resume with hardware other than the configured one. `create.force_boot` discards the saved state.
 */
export async function restoresOther(
  domains: Domains,
  ref: DomainRef,
  planned: Values,
  changes: readonly PlannedChange[],
): Promise<boolean> {
  const { create } = planned;
  if (hardwareChanges(changes).length === 0 || (isValues(create) && create["force_boot"] === true)) return false;
  return orNo(domains.hasManagedSave(ref));
}

/** @throws CDKVM_RENAME_REFUSED if libvirt would refuse the new name, which it reports only once the guest is off */
export async function refuseRename(domains: Domains, ref: DomainRef, name: string): Promise<void> {
  const [snapshots, checkpoints, saved] = await Promise.all([
    orNo(domains.snapshots(ref)),
    orNo(domains.checkpoints(ref)),
    orNo(domains.hasManagedSave(ref)),
  ]);
  const has = [
    ...(snapshots === false || snapshots.length === 0 ? [] : [`snapshots (${snapshots.join(", ")})`]),
    ...(checkpoints === false || checkpoints.length === 0 ? [] : [`checkpoints (${checkpoints.join(", ")})`]),
    ...(saved ? ["a saved state"] : []),
  ];
  if (has.length === 0) return;
  throw renameRefused(ref, name, has);
}

/** A libvirt that does not support the query has none. */
async function orNo<T>(answer: Promise<T>): Promise<T | false> {
  try {
    return await answer;
  } catch (error) {
    if (isLibvirtError(error, "NO_SUPPORT", "OPERATION_UNSUPPORTED", "NO_DOMAIN", "RPC")) return false;
    throw error;
  }
}

/**
 * Refuses a rename that snapshots, checkpoints or a saved state prevent; warns if a start would resume with other hardware.
 * @returns whether the guest is started twice
 */
export async function planSaved(
  prior: Values,
  planned: Values,
  changes: readonly PlannedChange[],
  { client, warn }: Context<Host>,
): Promise<boolean> {
  const ref = { name: asText(prior["name"]), uuid: asText(prior["uuid"]) };
  const hardware = hardwareChanges(changes);
  const { name } = planned;
  const isRenamed = typeof name === "string" && name !== ref.name;
  if (!isRenamed && (isRunning(prior) || hardware.length === 0)) return false;
  const { domains } = await client.libvirt();
  if (isRenamed) await refuseRename(domains, ref, name);
  if (isRunning(prior) || !(await restoresOther(domains, ref, planned, changes))) return false;
  const words = changeNames(table, hardware, prior, planned);
  const starts = planned["running"] === true;
  if (starts && mayNotRestart(planned)) throw restartRefused(prior, words, hardware[0]?.path);
  warn({ ...restoresSaved(ref, words, starts), path: hardware[0]?.path ?? [] });
  return starts;
}
