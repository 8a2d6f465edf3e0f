import type { UpdatePlan } from "../../../attributes/plan.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { asText, UNKNOWN, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { claimName } from "../../name-claims.ts";
import type { Context, PlanRequest, PlanResult } from "../../protocol/resource.ts";
import { planTable } from "../../resource.ts";
import { refuseMigrated } from "../applying/start.ts";
import { named, NOUN } from "../named.ts";
import { refusePaused } from "../observing/standing.ts";
import { withAcceleration } from "./acceleration.ts";
import { foresee } from "./foreseen.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";
import { restartRefused } from "./errors.ts";
import { mayNotRestart, warnOfRestart, whatRestarts } from "./restart.ts";
import { isRunning } from "./restarts.ts";
import { planSaved } from "./saved.ts";
import { claimDisks } from "./shared-disks.ts";

/** Plans one guest: first its names, then its values by the table, then the host checks for a new, replaced or changed guest. */
export async function plan(request: PlanRequest, context: Context<Host>): Promise<PlanResult> {
  const { prior, config } = request;
  claimName(NOUN, config["name"], prior?.["uuid"], context);
  claimDisks(config, context.client);
  const result = planTable(table, request);
  if (prior === null) return planNew(result, config, context);
  if (result.replace !== undefined) return planReplaced(result, result.replace, prior, config, context);
  return planChanged(result, prior, config, context);
}

/** Checks that the name is free, resolves open values, and checks that the host supports the rest. */
async function planNew(result: PlanResult, config: Values, context: Context<Host>): Promise<PlanResult> {
  await named.refuseTaken(result.planned["name"], context);
  const planned = await withAcceleration(result.planned, config, context);
  await refuseUnsupported(chosen(config, planned), context, []);
  return { ...result, planned };
}

/** @throws CDKVM_RESTART_REFUSED if it runs and must not restart */
function planReplaced(
  result: PlanResult,
  replace: NonNullable<PlanResult["replace"]>,
  prior: Values,
  config: Values,
  context: Context<Host>,
): PlanResult {
  if (mayNotRestart(config) && isRunning(prior)) throw restartRefused(prior, replace.map((path) => path.join(".")), replace[0]); // prettier-ignore
  foresee(context, { ran: isRunning(prior), restarts: false });
  return result;
}

/** Refuses what the host does not support or what prevents a start; then determines and announces restarts. */
async function planChanged({ planned, changes }: UpdatePlan, prior: Values, config: Values, context: Context<Host>): Promise<PlanResult> {
  const { client } = context;
  const ref = { name: asText(prior["name"]), uuid: asText(prior["uuid"]) };
  client.users.leave(ref.uuid, planned); // before anything is awaited: its volumes are planned in parallel
  if (changes.length > 0) await refuseUnsupported(chosen(config, planned), context, changes);
  const why = await whatRestarts(prior, planned, changes, context);
  if (planned["running"] === true && !isRunning(prior)) await refuseMigrated((await client.libvirt()).domains, ref, client);
  const restores = await planSaved(prior, planned, changes, context);
  const restarts = Object.values(why).some((reasons) => reasons.length > 0);
  foresee(context, { ran: isRunning(prior), restarts: restarts || restores });
  if (restarts) {
    await refusePaused((await client.libvirt()).domains, ref, `plan the guest ${ref.name}`);
    warnOfRestart(prior, planned, why, context);
  }
  const id = idAfter(prior, planned, restarts);
  return { planned: id === planned["id"] ? planned : { ...planned, id } };
}

/** libvirt assigns a new id at each start. */
function idAfter(prior: Values, planned: Values, restarts: boolean): Values[string] {
  if (planned["running"] === false) return -1;
  if (planned["running"] === UNKNOWN || restarts) return UNKNOWN;
  return planned["running"] === true && !isRunning(prior) ? UNKNOWN : (prior["id"] ?? null);
}

/** The configuration, with the resolved type. */
const chosen = (config: Values, planned: Values): Values => ({ ...config, type: planned["type"] ?? null });
