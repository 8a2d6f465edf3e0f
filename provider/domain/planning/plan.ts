import type { PlannedChange } from "../../../attributes/plan.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { asText, UNKNOWN, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { claimName } from "../../name-claims.ts";
import { DiagnosticsError, type Context, type Path, type PlanRequest, type PlanResult } from "../../protocol/resource.ts";
import { errorAt } from "../../diagnose.ts";
import { planTable } from "../../resource.ts";
import { named, NOUN } from "../named.ts";
import { claimDisks } from "./shared-disks.ts";
import { withAcceleration } from "./acceleration.ts";
import { unsupported } from "./capabilities.ts";
import { foresee } from "./foreseen.ts";
import { beyondHost } from "./host-memory.ts";
import { missingPaths } from "./host-paths.ts";
import { observe, type Observed } from "../observing/observe.ts";
import { overlaysOf } from "../observing/overlays.ts";
import { isRunning, realRestarts, restartsOf, runsOn } from "./restarts.ts";
import { hardwareChanges, refuseRename, restoresOther } from "./saved.ts";
import { isGracefulOnly } from "../settings.ts";
import { hasPlugs, type Unpluggable, unpluggable } from "../devices/plugs.ts";
import { refusePaused } from "../observing/standing.ts";
import { refuseMigrated } from "../applying/start.ts";
import { unknownNames } from "./unknown-names.ts";
import { type AnewDisk, disksMadeAnew } from "../../users/volume-plan.ts";
import { wordsFor } from "./words.ts";

/** Plans one domain; a warning for each restart names what needs it. */
export async function plan(request: PlanRequest, context: Context<Host>): Promise<PlanResult> {
  claimName(NOUN, request.config["name"], request.prior?.["uuid"], context);
  claimDisks(request.config, context.client);
  const result = planTable(table, request);
  if (request.prior === null) {
    await named.refuseTaken(result.planned["name"], context);
    const planned = await withAcceleration(result.planned, request.config, context);
    await refuseUnsupported(chosen(request.config, planned), context, []);
    return { ...result, planned };
  }
  const { prior } = request;
  if (result.replace !== undefined) {
    if (mayNotRestart(request.config) && isRunning(prior))
      throw restartRefused(
        prior,
        result.replace.map((path) => path.join(".")),
        result.replace[0],
      );
    foresee(context, { ran: isRunning(prior), restarts: false });
    return result;
  }
  const { planned, changes } = result;
  context.client.users.leave(asText(prior["uuid"]), planned); // before it waits for anything: its volumes are planned beside it
  if (changes.length > 0) await refuseUnsupported(chosen(request.config, planned), context, changes);
  const { restarts, plugs } = await whatRestarts(prior, planned, changes, context);
  const stops = runsOn(prior, planned) ? disksMadeAnew(planned, context.client) : [];
  if (planned["running"] === true && !isRunning(prior)) {
    const { domains } = await context.client.libvirt();
    await refuseMigrated(domains, { name: asText(prior["name"]), uuid: asText(prior["uuid"]) }, context.client);
  }
  const restores = await planSaved(prior, planned, changes, context);
  const willRestart = restarts.length > 0 || plugs.length > 0 || stops.length > 0;
  foresee(context, { ran: isRunning(prior), restarts: willRestart || restores });
  if (willRestart) {
    const ref = { name: asText(prior["name"]), uuid: asText(prior["uuid"]) };
    await refusePaused((await context.client.libvirt()).domains, ref, `plan the guest ${ref.name}`);
    warnOfRestart(prior, planned, { restarts, plugs, stops }, context);
    warnOfPlugs(prior, planned, plugs, context);
  }
  const id = idAfter(prior, planned, willRestart);
  return { planned: id === planned["id"] ? planned : { ...planned, id } };
}

/** Why a guest that runs has to be shut down and started. */
interface Restarts {
  readonly restarts: readonly PlannedChange[];
  readonly plugs: readonly Unpluggable[];
  readonly stops: readonly AnewDisk[];
}

async function whatRestarts(
  prior: Values,
  planned: Values,
  changes: readonly PlannedChange[],
  { client }: Context<Host>,
): Promise<Omit<Restarts, "stops">> {
  const restarts = restartsOf(prior, planned, changes);
  if (restarts.length === 0 && !(runsOn(prior, planned) && hasPlugs(changes))) return { restarts, plugs: [] };
  const observed = await observe(await client.libvirt(), asText(prior["uuid"]));
  if (observed === null) return { restarts, plugs: [] };
  refuseBeneath(planned, restarts, observed);
  return {
    restarts: realRestarts(restarts, prior, planned, observed),
    plugs: unpluggable(changes, observed.live),
  };
}

/** @throws CDKVM_RESTART_REFUSED where the configuration forbids it */
function warnOfRestart(prior: Values, planned: Values, { restarts, plugs, stops }: Restarts, { warn }: Context<Host>): void {
  const words = [
    ...new Set([
      ...restarts.map((change) => wordsFor(change, prior, planned)),
      ...plugs.map(({ change }) => wordsFor(change, prior, planned)),
      ...stops.map(({ dev }) => `disk ${dev} is made anew`),
    ]),
  ];
  const path = restarts[0]?.path ?? plugs[0]?.change.path ?? (stops[0] === undefined ? undefined : ["devices", "disks", stops[0].index]);
  if (mayNotRestart(planned)) throw restartRefused(prior, words, path);
  if (stops.length > 0 && isGracefulOnly(planned)) throw stopFirst(prior, words, path);
  const keeps = `It keeps its ${stops.length === 0 ? "disks, " : ""}UUID and MAC addresses.`;
  warn({
    summary: `${asText(prior["name"])} will restart: ${words.join(", ")}`,
    detail:
      stops.length === 0
        ? `${words.length === 1 ? "This change needs" : "These changes need"} the guest to be shut down and started again. ${keeps}`
        : `It is shut down before ${stops.map(({ dev }) => dev).join(" and ")} goes, with all data there, and started with the new one. ${keeps}`,
    ...(path === undefined ? {} : { path }),
  });
}

/** Why devices that come and go while other guests run need a restart here. */
function warnOfPlugs(prior: Values, planned: Values, plugs: readonly Unpluggable[], { warn }: Context<Host>): void {
  for (const [because, all] of Map.groupBy(plugs, (plug) => plug.because)) {
    const devices = all.map(({ change }) => wordsFor(change, prior, planned)).join(", ");
    warn({
      summary: `${asText(prior["name"])} has to be off for this (${devices}): ${because}`,
      detail: "A device comes and goes as a guest runs where its machine has a plug for it: https://libvirt.org/pci-hotplug.html",
      ...(all[0] === undefined ? {} : { path: all[0].change.path }),
    });
  }
}

/** @throws CDKVM_DISK_ON_OVERLAY where a disk of an imported guest would go back to what lies beneath its overlay */
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

/**
 * What hangs on the guest stands in the way of a new name, and has a word in what a start of it brings.
 * @returns whether the guest is started twice
 */
async function planSaved(
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
  const words = [...new Set(hardware.map((change) => wordsFor(change, prior, planned)))];
  const path = hardware[0]?.path ?? [];
  const starts = planned["running"] === true;
  if (starts && mayNotRestart(planned)) throw restartRefused(prior, words, path);
  warn({
    summary: starts
      ? `${ref.name} will restart: it has a saved state, and ${words.join(", ")}`
      : `${ref.name} has a saved state, which goes before: ${words.join(", ")}`,
    detail:
      `libvirt restores a saved state (virsh managedsave) with the hardware that the guest had. ${starts ? "So it is restored, shut down, and started again." : "These changes come with the start after that."}\n` +
      `  fix: where the saved state may be lost, create = { force_boot = true }, or: virsh managedsave-remove ${ref.name}`,
    path,
  });
  return starts;
}

const mayNotRestart = (values: Values): boolean => values["restart"] === "never";

const restartRefused = (prior: Values, words: readonly string[], path: Path = ["restart"]): Error =>
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

/** libvirt numbers a guest anew at each start. */
function idAfter(prior: Values, planned: Values, restarts: boolean): Values[string] {
  if (planned["running"] === false) return -1;
  if (planned["running"] === UNKNOWN || restarts) return UNKNOWN;
  return planned["running"] === true && !isRunning(prior) ? UNKNOWN : (prior["id"] ?? null);
}

/** The configuration, with the type that it leaves open. */
const chosen = (config: Values, planned: Values): Values => ({ ...config, type: planned["type"] ?? null });

/** @param changes of a guest that exists: what it has already is not judged */
async function refuseUnsupported(config: Values, { client, warn }: Context<Host>, changes: readonly PlannedChange[]): Promise<void> {
  const isNew = changes.length === 0;
  const concerns = ({ path = [] }: { readonly path?: PlannedChange["path"] }): boolean =>
    isNew || changes.some((change) => startsWith(path, change.path) || startsWith(change.path, path));
  const found = await Promise.all([unsupported(client, config), beyondHost(client, config), missingPaths(client, config, concerns)]);
  const findings = found.flat().filter(concerns);
  if (findings.some(({ severity }) => severity === "error")) throw new DiagnosticsError(findings);
  for (const finding of [...findings, ...(await unknownNames(client, config)).filter(concerns)]) warn(finding);
}

const startsWith = (path: PlannedChange["path"], whole: PlannedChange["path"]): boolean =>
  whole.every((step, index) => step === path[index]);
