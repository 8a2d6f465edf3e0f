import { changeNames } from "../../../attributes/names.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { asText, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";
import { type RecreatedDisk, recreatedDisks } from "../../users/volume-plan.ts";
import { beyondMaximum, hasMaximum } from "../devices/maximum.ts";
import type { NotLive } from "../devices/not-live.ts";
import { hasPlugs, unpluggable } from "../devices/plugs.ts";
import { observe, type Observed } from "../observing/observe.ts";
import { overlaysOf } from "../observing/overlays.ts";
import { isGracefulOnly } from "../settings.ts";
import { diskOnOverlay, guestRuns, restartRefused } from "./errors.ts";
import { realRestarts, restartsOf, runsOn } from "./restarts.ts";
import { hasToBeOff, startedWithLess, willRestart } from "./warnings.ts";

/** Why a running guest has to be shut down and started. */
export interface Restarts {
  readonly restarts: readonly PlannedChange[];
  readonly plugs: readonly NotLive[];
  readonly beyond: readonly NotLive[];
  readonly stops: readonly RecreatedDisk[];
}

export async function whatRestarts(
  prior: Values,
  planned: Values,
  changes: readonly PlannedChange[],
  { client }: Context<Host>,
): Promise<Restarts> {
  if (!runsOn(prior, planned)) return { restarts: [], plugs: [], beyond: [], stops: [] };
  const restarts = restartsOf(prior, planned, changes);
  const stops = recreatedDisks(planned, client);
  if (restarts.length === 0 && !hasPlugs(changes) && !hasMaximum(changes)) return { restarts, plugs: [], beyond: [], stops };
  const observed = await observe(await client.libvirt(), asText(prior["uuid"]));
  if (observed === null) return { restarts, plugs: [], beyond: [], stops };
  refuseBeneath(planned, restarts, observed);
  return {
    stops,
    restarts: realRestarts(restarts, prior, planned, observed),
    plugs: unpluggable(changes, observed.live),
    beyond: beyondMaximum(changes, planned, observed.live),
  };
}

/** @throws CDKVM_RESTART_REFUSED if the configuration forbids it */
export function warnOfRestart(prior: Values, planned: Values, { restarts, plugs, beyond, stops }: Restarts, { warn }: Context<Host>): void {
  const words = [
    ...changeNames(table, [...restarts, ...plugs.map(({ change }) => change), ...beyond.map(({ change }) => change)], prior, planned),
    ...stops.map(({ dev }) => `disk ${dev} is recreated`),
  ];
  const path =
    restarts[0]?.path ??
    plugs[0]?.change.path ??
    beyond[0]?.change.path ??
    (stops[0] === undefined ? undefined : ["devices", "disks", stops[0].index]);
  if (mayNotRestart(planned)) throw restartRefused(prior, words, path);
  if (stops.length > 0 && isGracefulOnly(planned)) throw guestRuns(prior, words, path);
  const newDisks = stops.map(({ dev }) => dev);
  warn({ ...willRestart(asText(prior["name"]), words, newDisks), ...(path === undefined ? {} : { path }) });
  warnOfPlugs(prior, planned, plugs, warn);
  for (const { because, change } of beyond) warn({ ...startedWithLess(asText(prior["name"]), because), path: change.path });
}

/** Explains why devices that other running guests can hot-plug need a restart here. */
function warnOfPlugs(prior: Values, planned: Values, plugs: readonly NotLive[], warn: Context<Host>["warn"]): void {
  for (const [because, all] of Map.groupBy(plugs, (plug) => plug.because)) {
    const changes = all.map(({ change }) => change);
    const devices = changeNames(table, changes, prior, planned).join(", ");
    const path = changes[0]?.path;
    warn({ ...hasToBeOff(asText(prior["name"]), devices, because), ...(path === undefined ? {} : { path }) });
  }
}

/** @throws CDKVM_DISK_ON_OVERLAY if a disk of an imported guest would return to the backing file of its overlay */
function refuseBeneath(planned: Values, restarts: readonly PlannedChange[], { definition, ref }: Observed): void {
  const [overlay] = overlaysOf(planned, definition);
  const change = restarts.find(({ path }) => path[1] === "disks" && path[3] === "source");
  if (overlay === undefined || change === undefined) return;
  throw diskOnOverlay(ref.name, change.path, overlay);
}

export const mayNotRestart = (values: Values): boolean => values["restart"] === "never";
