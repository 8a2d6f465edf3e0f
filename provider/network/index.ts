import { complete } from "../../attributes/complete.ts";
import { changeNames } from "../../attributes/names.ts";
import { network as table } from "../../model/network.ts";
import { RESTART } from "../../model/plan-warnings.ts";
import { asText, isList, isValues, type Value, type Values } from "../../model/values.ts";
import { claimName, releaseName } from "../name-claims.ts";
import type { Host } from "../host.ts";
import { forget } from "../journal.ts";
import { placeOf } from "../named.ts";
import type { Context, Resource } from "../protocol/resource.ts";
import { keptIn, planReal, refreshed, without } from "../resource.ts";
import { refuseUsed } from "../users/refuse-used.ts";
import { warnOfUnmanaged } from "../unmanaged.ts";
import { create } from "./create.ts";
import { refuseOverlap } from "./overlap.ts";
import { plugsOf } from "./replug.ts";
import { named, NOUN, observe } from "./settings.ts";
import { restartsOf, update } from "./update.ts";

/** `libvirt_network`: https://libvirt.org/formatnetwork.html */
export const network: Resource<Host> = {
  table,
  idOf: ({ uuid }) => uuid,

  async planDestroy(prior, context) {
    const { name, uuid } = prior;
    releaseName(NOUN, name, uuid, context);
    await refuseUsedNetwork(asText(name), "destroy", context);
  },

  async plan(request, context) {
    const { client, warn } = context;
    const { prior, config } = request;
    claimName(NOUN, config["name"], prior?.["uuid"], context);
    client.ledger.announce("network", config["name"]);
    if (isValues(config["bridge"])) client.ledger.announce("bridge", config["bridge"]["name"]);
    const look = async (): Promise<Values | null> => observe(await client.libvirt(), asText(prior?.["uuid"]));
    const { changes, ...result } = await planReal(table, request, look);
    const planned: Values = {
      ...result.planned,
      active: config["active"] ?? true,
      autostart: config["autostart"] ?? prior?.["autostart"] ?? false,
    };
    if (prior === null) {
      await named.refuseTaken(config["name"], context);
      await refuseOverlap(planned, "", context);
      return { ...result, planned };
    }
    if (result.replace !== undefined) await refuseUsedNetwork(asText(prior["name"]), "replace", context);
    if (changes.some(({ path }) => path[0] === "ips" || path[0] === "active")) await refuseOverlap(planned, asText(prior["uuid"]), context);
    const restarts = restartsOf(changes);
    if (restarts.length > 0 && result.replace === undefined && prior["active"] === true && planned["active"] === true) {
      warn({
        summary: RESTART.format(`network ${asText(prior["name"])}`, changeNames(table, restarts, prior, planned).join(", ")),
        detail: "Guests on it keep running. They lose the connection for a moment, and this apply reconnects them.",
        ...(restarts[0] === undefined ? {} : { path: restarts[0].path }),
      });
    }
    return { ...result, planned };
  },

  create,

  async read(state, context) {
    const { client } = context;
    const kept = keptIn(context);
    const [name, uuid] = [asText(state["name"]), asText(state["uuid"])];
    forget(await placeOf(NOUN, name, client));
    const observed = await observe(await client.libvirt(), uuid, state, kept, (definition) =>
      warnOfUnmanaged({ table, noun: NOUN, name, uuid, edit: `virsh net-edit ${name}` }, definition, context),
    );
    return observed && refreshed(table, state, observed, kept);
  },

  update,
  delete: (prior, context) => remove(prior, context),

  import: (id, context) =>
    named.import(id, context, async (libvirt, uuid) => {
      const observed = await observe(libvirt, uuid);
      return observed && complete(table, plain(observed));
    }),
};

/** @throws CDKVM_IN_USE if guests outside this state are on it */
async function refuseUsedNetwork(name: string, doing: string, context: Context<Host>): Promise<void> {
  const users = (await context.client.users.inventory()).ofNetwork(name);
  refuseUsed({ what: `network ${name}`, doing, users, breaks: false }, context);
}

/** Stops the network and removes its definition; warns about guests that are still on it. */
const remove = (prior: Values, context: Context<Host>): Promise<void> =>
  named.remove(prior, context, async (libvirt, ref) => {
    if (await libvirt.networks.isActive(ref)) {
      const guests = [...new Set((await plugsOf(libvirt, ref.name)).map(({ domain }) => domain.name))];
      await libvirt.networks.destroy(ref);
      if (guests.length > 0)
        context.warn({
          summary: `${guests.join(", ")} lost the network ${ref.name}`,
          detail: "They still run, but are no longer connected to it.",
        });
    }
    await libvirt.networks.undefine(ref);
  });

/** The configuration a user would write: without the MAC address and what libvirt fills in. */
function plain(observed: Values): Values {
  const values = { ...without(observed, "mac"), ...plainForward(observed["forward"]) };
  const { bridge } = observed;
  if (!isValues(bridge)) return values;
  const usual = Object.entries({ stp: "on", delay: "0" }).flatMap(([name, value]) => (bridge[name] === value ? [name] : []));
  const own = /^virbr\d+$/.test(asText(bridge["name"])) ? ["name"] : []; // libvirt numbers them
  const rest = without(bridge, ...usual, ...own);
  return Object.values(rest).some((value) => value !== null) ? { ...values, bridge: rest } : without(values, "bridge");
}

/** libvirt repeats the device as the first interface, and a first interface as the device. */
function plainForward(forward: Value | undefined): Values {
  if (!isValues(forward) || forward["dev"] == null || !isList(forward["interfaces"])) return {};
  const routed = ["nat", "route", "open"].includes(asText(forward["mode"] ?? "nat"));
  return { forward: without(forward, routed && forward["interfaces"].length === 1 ? "interfaces" : "dev") };
}
