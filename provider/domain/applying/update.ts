import { changeNames } from "../../../attributes/names.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import { keptInstead } from "../../../attributes/normalized-by-libvirt.ts";
import { writeXml } from "../../../libvirt/codec/write.ts";
import type { Libvirt } from "../../../libvirt/connection.ts";
import { DomainDefine, DomainXml } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { parseXml, serializeXml, type XmlElement } from "../../../model/xml.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { asText, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";
import { diagnosed } from "../../diagnose.ts";
import { changesBetween, isImported, keptIn, recordState, refreshed } from "../../resource.ts";
import { domainGone } from "./errors.ts";
import { adjustDomain } from "./adjust-xml.ts";
import { waitForAddresses } from "./addresses.ts";
import { withHiddenDrift } from "../observing/drift.ts";
import { type Foreseen, foreseen, refuseMore } from "../planning/foreseen.ts";
import { applyLive, StepError } from "./live.ts";
import { withModulesApart } from "../observing/memory-modules.ts";
import { domainActual, observe, type Observed } from "../observing/observe.ts";
import { overlaysOf, withOverlays, withoutOverlays } from "../observing/overlays.ts";
import { beyondMaximum } from "../devices/maximum.ts";
import { unpluggable } from "../devices/plugs.ts";
import { reasons } from "./reasons.ts";
import { realRestarts, restartsOf, runsOn } from "../planning/restarts.ts";
import { named } from "../named.ts";
import { isGracefulOnly, isValidated, updateTimeout } from "../settings.ts";
import { restoresOther } from "../planning/saved.ts";
import { refusePaused } from "../observing/standing.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { beforeRestart, waitUntilBack } from "./wait-back.ts";

/**
 * Changes a guest: its definition at once, the running guest live where the changes allow it, else by a graceful shutdown and a start.
 * On failure, restores the definition and the running guest.
 */
export function update(prior: Values, planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  return named.alone(asText(planned["name"]), context.client, () => updateAlone(prior, planned, context));
}

async function updateAlone(prior: Values, planned: Values, context: Context<Host>): Promise<Values> {
  const noted = foreseen(context);
  const { rollout, uri } = context.client;
  const update = await inspect(prior, planned, noted, context);
  if (rollout === undefined || !update.restart || !update.observed.active || planned["running"] === false)
    return (await carryOut(prior, planned, update, context)).state;
  return await rollout.turn(update.observed.ref.name, context.signal, async () => {
    const libvirt = await context.client.libvirt();
    const now = await inspect(prior, planned, noted, context); // the turn may have taken long to come
    const before = await beforeRestart(libvirt, uri, now.observed.actual);
    const { state, result } = await carryOut(prior, planned, now, context);
    await waitUntilBack(libvirt, result.ref, result.actual, rollout.settings, before, context.signal);
    return state;
  });
}

/** What an update of a guest does. */
interface Update {
  readonly observed: Observed;
  /** The state as it is on the host. */
  readonly current: Values;
  readonly changes: readonly PlannedChange[];
  readonly restart: boolean;
}

/** @throws CDKVM_DOMAIN_GONE, CDKVM_PLAN_OUTDATED */
async function inspect(prior: Values, planned: Values, noted: Foreseen | undefined, context: Context<Host>): Promise<Update> {
  const libvirt = await context.client.libvirt();
  const uuid = asText(prior["uuid"]);
  const observed = await observe(libvirt, uuid, planned);
  if (observed === null) throw domainGone(prior);
  const known = isImported(context.private) ? (keptInstead(table, prior, observed.actual, "all") ?? undefined) : keptIn(context);
  const current = withHiddenDrift(refreshed(table, prior, observed.actual, known), observed.actual, known);
  const changes = changesBetween(table, current, planned);
  const restarts = realRestarts(restartsOf(current, planned, changes), current, planned, observed);
  const plugs = runsOn(current, planned) ? [...unpluggable(changes, observed.live), ...beyondMaximum(changes, planned, observed.live)] : [];
  const restart = restarts.length > 0 || plugs.length > 0;
  if (noted !== undefined) {
    const words = changeNames(table, [...restarts, ...plugs.map(({ change }) => change)], current, planned);
    refuseMore(planned, noted, { active: observed.active, restarts: words, changes: changes.some(isOfGuest) });
  }
  return { observed, current, changes, restart };
}

async function carryOut(
  prior: Values,
  planned: Values,
  { observed, current, changes, restart }: Update,
  context: Context<Host>,
): Promise<{ readonly state: Values; readonly result: Observed }> {
  const libvirt = await context.client.libvirt();
  const uuid = asText(prior["uuid"]);
  const { definition } = observed;
  if (observed.active && !(await libvirt.domains.isPersistent(observed.ref))) await redefine(libvirt, observed.ref, definition, planned);
  let after = definition;
  if (changes.some(isInXml)) {
    const written = writeXml(
      table,
      { ...planned, name: current["name"] ?? null },
      { over: definition, prior: current, adjust: adjustDomain },
    );
    const xml = withOverlays(written, definition, observed.overlays);
    if (serializeXml(xml) !== serializeXml(definition)) after = await redefine(libvirt, observed.ref, xml, planned);
  }
  // libvirt takes it; until the guest is off, it keeps the old one: a guest whose apply is cut off meanwhile runs as it is defined
  const waits = observed.active && after !== definition && (restart || planned["running"] === false);
  try {
    if (waits) await libvirt.domains.define(serializeXml(definition));
    if (observed.active && !restart && planned["running"] !== false)
      await changeLive(
        libvirt,
        observed,
        current,
        planned,
        changes.filter(({ change }) => change !== "restart"),
        after,
        context.signal,
      );
    else await changeStopped(libvirt, observed, planned, changes, { restart, ...(waits && { after }) }, context);
  } catch (error) {
    if (after !== definition) await libvirt.domains.define(serializeXml(definition)).catch(() => {}); // report the original refusal
    throw error;
  }
  const wanted = planned["autostart"] === true;
  if (observed.autostart !== wanted && (planned["autostart"] !== null || prior["autostart"] !== null))
    await libvirt.domains.setAutostart(observed.ref, wanted);

  const result = await observe(libvirt, uuid);
  if (result === null) throw domainGone(prior);
  const overlays = overlaysOf(planned, result.definition);
  const kept = withModulesApart(planned, withoutOverlays(planned, domainActual(result.definition, {}), overlays));
  const state = recordState(table, planned, result.actual, context, kept);
  context.keep(state);
  await context.client.users.released(uuid);
  const started = result.active && (restart || !observed.active);
  if (started) {
    context.keep(state);
    await waitForAddresses(libvirt, result.ref, planned, result.actual, context.signal);
  }
  return { state, result };
}

/** Excludes changes that result only from starting the guest. */
const isOfGuest = ({ path }: PlannedChange): boolean => path[0] !== "running" && path[0] !== "id";
const isInXml = ({ path }: PlannedChange): boolean => table.fields[String(path[0])]?.at !== "";

/** The definition after the change, as libvirt stores it. */
async function redefine({ domains }: Libvirt, ref: DomainRef, xml: XmlElement, planned: Values): Promise<XmlElement> {
  try {
    await domains.define(serializeXml(xml), isValidated(planned) ? DomainDefine.VALIDATE : 0);
  } catch (error) {
    throw diagnosed(error, { doing: `change the guest ${ref.name}`, fields: table.fields, values: planned, rules: reasons });
  }
  return parseXml(await domains.xml(ref, DomainXml.INACTIVE | DomainXml.SECURE));
}

async function changeLive(
  libvirt: Libvirt,
  { ref, definition, live }: Observed,
  current: Values,
  planned: Values,
  changes: readonly PlannedChange[],
  after: XmlElement,
  signal: AbortSignal,
): Promise<void> {
  if (live === undefined) return;
  try {
    await applyLive({ libvirt, ref, current, planned, changes, before: definition, after, live, signal });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const { doing, path } = error.step;
    throw diagnosed(error.cause, { doing, path, fields: table.fields, values: planned, rules: reasons });
  }
}

interface Stopped {
  readonly restart: boolean;
  /** The definition that it gets once it is off. @default it has it */
  readonly after?: XmlElement;
}

/** Handles a guest that is not running, or one that must stop, start or restart. */
async function changeStopped(
  libvirt: Libvirt,
  { ref, active, definition }: Observed,
  planned: Values,
  changes: readonly PlannedChange[],
  { restart, after }: Stopped,
  { client, signal, warn }: Pick<Context<Host>, "client" | "signal" | "warn">,
): Promise<void> {
  const { domains } = libvirt;
  let now: DomainRef = { name: ref.name, uuid: ref.uuid };
  if (active && restart) await refusePaused(domains, ref, `restart the guest ${ref.name}`);
  if (active) await stop(libvirt, ref, { timeout: updateTimeout(planned), gracefulOnly: isGracefulOnly(planned), signal, warn });
  const name = asText(planned["name"]);
  const failed = (doing: string, error: unknown): unknown =>
    diagnosed(error, { doing: `${doing} the guest ${ref.name}`, fields: table.fields, values: planned, rules: reasons });
  if (after !== undefined) {
    try {
      await domains.define(serializeXml(after));
    } catch (error) {
      await startAgain(libvirt, now, definition);
      throw failed("change", error);
    }
  }
  if (name !== ref.name) {
    try {
      await domains.rename(now, name);
      now = { ...now, name };
    } catch (error) {
      if (active) await startAgain(libvirt, now, definition);
      throw failed("rename", error);
    }
  }
  if (!restart && planned["running"] !== true) return;
  try {
    const restored = !active && (await restoresOther(domains, now, planned, changes));
    now = await start(domains, now, planned, client);
    if (restored) {
      await stop(libvirt, now, { timeout: updateTimeout(planned), gracefulOnly: isGracefulOnly(planned), signal, warn });
      await start(domains, now, planned, client);
    }
  } catch (error) {
    if (name !== ref.name) await domains.rename(now, ref.name).catch(() => {});
    if (active) await startAgain(libvirt, ref, definition);
    throw failed("start", error);
  }
}

/** Restores the previous definition and start; never throws, to preserve the original error. */
async function startAgain({ domains }: Libvirt, { name, uuid }: DomainRef, definition: XmlElement): Promise<void> {
  try {
    await domains.define(serializeXml(definition));
    await domains.create({ name, uuid });
  } catch {
    // the guest stays defined and off: the next plan shows that it is not running
  }
}
