import { changeNames } from "../../../attributes/names.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { RESTART } from "../../../model/plan-warnings.ts";
import { asText, type Values } from "../../../model/values.ts";
import { errorAt } from "../../diagnose.ts";
import type { Host } from "../../host.ts";
import type { Context, Path } from "../../protocol/resource.ts";
import { type AnewDisk, disksMadeAnew } from "../../users/volume-plan.ts";
import { hasPlugs, type Unpluggable, unpluggable } from "../devices/plugs.ts";
import { observe, type Observed } from "../observing/observe.ts";
import { overlaysOf } from "../observing/overlays.ts";
import { isGracefulOnly } from "../settings.ts";
import { realRestarts, restartsOf, runsOn } from "./restarts.ts";

/** Why a running guest has to be shut down and started. */
export interface Restarts {
  readonly restarts: readonly PlannedChange[];
  readonly plugs: readonly Unpluggable[];
  readonly stops: readonly AnewDisk[];
}

export async function whatRestarts(
  prior: Values,
  planned: Values,
  changes: readonly PlannedChange[],
  { client }: Context<Host>,
): Promise<Restarts> {
  const restarts = restartsOf(prior, planned, changes);
  const stops = runsOn(prior, planned) ? disksMadeAnew(planned, client) : [];
  if (restarts.length === 0 && !(runsOn(prior, planned) && hasPlugs(changes))) return { restarts, plugs: [], stops };
  const observed = await observe(await client.libvirt(), asText(prior["uuid"]));
  if (observed === null) return { restarts, plugs: [], stops };
  refuseBeneath(planned, restarts, observed);
  return {
    stops,
    restarts: realRestarts(restarts, prior, planned, observed),
    plugs: unpluggable(changes, observed.live),
  };
}

/** @throws CDKVM_RESTART_REFUSED if the configuration forbids it */
export function warnOfRestart(prior: Values, planned: Values, { restarts, plugs, stops }: Restarts, { warn }: Context<Host>): void {
  const words = [
    ...changeNames(table, [...restarts, ...plugs.map(({ change }) => change)], prior, planned),
    ...stops.map(({ dev }) => `disk ${dev} is recreated`),
  ];
  const path = restarts[0]?.path ?? plugs[0]?.change.path ?? (stops[0] === undefined ? undefined : ["devices", "disks", stops[0].index]);
  if (mayNotRestart(planned)) throw restartRefused(prior, words, path);
  if (stops.length > 0 && isGracefulOnly(planned)) throw stopFirst(prior, words, path);
  const keeps = `It keeps its ${stops.length === 0 ? "disks, " : ""}UUID and MAC addresses.`;
  warn({
    summary: RESTART.format(asText(prior["name"]), words.join(", ")),
    detail:
      stops.length === 0
        ? `${words.length === 1 ? "This change needs" : "These changes need"} the guest to be shut down and started again. ${keeps}`
        : `It is shut down before ${stops.map(({ dev }) => dev).join(" and ")} is deleted, with all its data, and started with the new one. ${keeps}`,
    ...(path === undefined ? {} : { path }),
  });
  warnOfPlugs(prior, planned, plugs, warn);
}

/** Explains why devices that other running guests can hot-plug need a restart here. */
function warnOfPlugs(prior: Values, planned: Values, plugs: readonly Unpluggable[], warn: Context<Host>["warn"]): void {
  for (const [because, all] of Map.groupBy(plugs, (plug) => plug.because)) {
    const devices = changeNames(
      table,
      all.map(({ change }) => change),
      prior,
      planned,
    ).join(", ");
    warn({
      summary: `${asText(prior["name"])} has to be off for this (${devices}): ${because}`,
      detail: "A device comes and goes as a guest runs where its machine has a plug for it: https://libvirt.org/pci-hotplug.html",
      ...(all[0] === undefined ? {} : { path: all[0].change.path }),
    });
  }
}

/** @throws CDKVM_DISK_ON_OVERLAY if a disk of an imported guest would return to the backing file of its overlay */
function refuseBeneath(planned: Values, restarts: readonly PlannedChange[], { definition, ref }: Observed): void {
  const [overlay] = overlaysOf(planned, definition);
  const change = restarts.find(({ path }) => path[1] === "disks" && path[3] === "source");
  if (overlay === undefined || change === undefined) return;
  throw errorAt(change.path, {
    code: "CDKVM_DISK_ON_OVERLAY",
    doing: `plan the guest ${ref.name}`,
    problem: `disk ${overlay.dev} of ${ref.name} runs on a snapshot's overlay, ${overlay.file}, and would lose what is written there`,
    fix: `make it one again: virsh blockcommit ${ref.name} ${overlay.dev} --active --pivot --wait; or say in the configuration where it runs`,
  });
}

export const mayNotRestart = (values: Values): boolean => values["restart"] === "never";

export const restartRefused = (prior: Values, words: readonly string[], path: Path = ["restart"]): Error =>
  errorAt(path, {
    code: "CDKVM_RESTART_REFUSED",
    doing: `plan the guest ${asText(prior["name"])}`,
    problem: `${asText(prior["name"])} would have to restart (${words.join(", ")}), and restart = "never" forbids it`,
    fix: 'take the change back, stop the guest first (running = false), or set restart = "allowed" for this apply',
  });

/** The delete of a disk does not know how its guest may be stopped. */
const stopFirst = (prior: Values, words: readonly string[], path: Path = ["shutdown"]): Error =>
  errorAt(path, {
    code: "CDKVM_GUEST_RUNS",
    doing: `plan the guest ${asText(prior["name"])}`,
    problem: `${asText(prior["name"])} runs (${words.join(", ")}), and shutdown = "graceful-only" keeps it from being turned off for that`,
    fix: `shut it down first: virsh shutdown ${asText(prior["name"])}, and plan again`,
  });
