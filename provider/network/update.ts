import type { PlannedChange } from "../../attributes/plan.ts";
import { writeXml } from "../../libvirt/codec/write.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { NetworkXml } from "../../libvirt/flags.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { parseXml, serializeXml, type XmlElement } from "../../model/xml.ts";
import { network as table } from "../../model/network.ts";
import { asText, type Values } from "../../model/values.ts";
import { disappeared } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { changesBetween, realChanges, recordState } from "../resource.ts";
import { adjustNetwork } from "./adjust-xml.ts";
import { stepsBetween, takeSteps } from "./live.ts";
import { startWithGuests } from "./replug.ts";
import { explained, named, NOUN, observe } from "./settings.ts";

export const restartsOf = (changes: readonly PlannedChange[]): readonly PlannedChange[] =>
  changes.filter(({ change }) => change === "restart");

const isBeside = ({ path }: PlannedChange): boolean => path[0] === "autostart" || path[0] === "active";

/** Changes the running network and its definition, both or neither; guests stay connected. */
export function update(prior: Values, planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const ref = { name: asText(prior["name"]), uuid: asText(prior["uuid"]) };
  return named.alone(ref.name, host, async () => {
    const libvirt = await host.libvirt();
    const { networks } = libvirt;
    const actual = await observe(libvirt, ref.uuid);
    const changes = realChanges(table, planned, actual ?? {}, changesBetween(table, prior, planned));
    const [autostart, active] = await Promise.all([networks.autostart(ref), networks.isActive(ref)]);
    try {
      if (changes.some((change) => !isBeside(change))) await change(libvirt, ref, prior, planned, changes, active, context);
      if (typeof planned["autostart"] === "boolean" && planned["autostart"] !== autostart)
        await networks.setAutostart(ref, planned["autostart"]);
      if (planned["active"] === true && !active) await startWithGuests(libvirt, ref, context);
      else if (planned["active"] === false && active) await networks.destroy(ref);
    } catch (error) {
      throw await explained(error, "change", planned, libvirt, ref);
    }
    const observed = await observe(libvirt, ref.uuid);
    if (observed === null) throw disappeared(NOUN, ref.name, "changed");
    return recordState(table, planned, observed, context);
  });
}

async function change(
  libvirt: Libvirt,
  ref: NetworkRef,
  prior: Values,
  planned: Values,
  changes: readonly PlannedChange[],
  active: boolean,
  context: Context<Host>,
): Promise<void> {
  const { networks } = libvirt;
  const text = await networks.xml(ref, NetworkXml.INACTIVE);
  const before = parseXml(text);
  const after = writeXml(table, planned, { over: before, prior, adjust: adjustNetwork });
  if (!active || planned["active"] === false) return void (await networks.define(serializeXml(after)));
  if (restartsOf(changes).length > 0) return restart(libvirt, ref, text, after, context);
  const undo = await takeSteps(networks, ref, stepsBetween(parseXml(await networks.xml(ref)), after));
  try {
    await networks.define(serializeXml(after));
  } catch (error) {
    await undo();
    throw error;
  }
}

/** If the new definition does not start, restores and starts the old one. */
async function restart(libvirt: Libvirt, ref: NetworkRef, before: string, after: XmlElement, context: Context<Host>): Promise<void> {
  const { networks } = libvirt;
  await networks.define(serializeXml(after));
  if ((await networks.xml(ref, NetworkXml.INACTIVE)) === before) return; // no change for libvirt
  try {
    await networks.destroy(ref);
    await startWithGuests(libvirt, ref, context);
  } catch (error) {
    await networks.define(before);
    if (!(await networks.isActive(ref))) await startWithGuests(libvirt, ref, context);
    throw error;
  }
}
