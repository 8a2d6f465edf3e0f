import { asText, type Values } from "../../model/values.ts";
import { domain as table } from "../../model/domain/index.ts";
import { releaseName } from "../name-claims.ts";
import type { Host } from "../host.ts";
import { forget } from "../journal.ts";
import { placeOf } from "../named.ts";
import type { Context, Resource } from "../protocol/resource.ts";
import { keptIn, refreshed } from "../resource.ts";
import { warnOfUnmanaged } from "../unmanaged.ts";
import { create } from "./applying/create.ts";
import { remove } from "./applying/delete.ts";
import { withHiddenDrift } from "./observing/drift.ts";
import { importDomain } from "./observing/import.ts";
import { observe } from "./observing/observe.ts";
import { NOUN } from "./named.ts";
import { plan } from "./planning/plan.ts";
import { update } from "./applying/update.ts";
import { standingWarning } from "./observing/standing.ts";
import { notDefined, onOverlay } from "./observing/warnings.ts";
import { undefinedGuests } from "./observing/listed-once.ts";
import { validate } from "./planning/validate.ts";

/** `libvirt_domain`: https://libvirt.org/formatdomain.html */
export const domain: Resource<Host> = {
  table,
  idOf: ({ uuid }) => uuid,
  validate,
  async plan(request, context) {
    try {
      return await plan(request, context);
    } finally {
      if (request.prior !== null) context.client.users.leave(asText(request.prior["uuid"]));
    }
  },
  async planDestroy({ name, uuid }, context) {
    context.client.users.leave(asText(uuid));
    releaseName(NOUN, name, uuid, context);
  },
  create,
  async read(state, context) {
    const { users } = context.client;
    const uuid = asText(state["uuid"]);
    let found: Values | null = null;
    users.comeTo(uuid);
    try {
      found = await read(state, context);
    } finally {
      if (found === null) users.leave(uuid);
    }
    return found;
  },
  update,
  delete: remove,
  import: importDomain,
};

async function read(state: Values, context: Context<Host>): Promise<Values | null> {
  const { client, warn } = context;
  forget(await placeOf(NOUN, asText(state["name"]), client));
  const observed = await observe(await client.libvirt(), asText(state["uuid"]), state);
  if (observed === null) return null;
  const { name } = observed.ref;
  await warnOfUnmanaged({ table, noun: NOUN, name, uuid: observed.ref.uuid, edit: `virsh edit ${name}` }, observed.definition, context);
  const standing = await standingWarning(client, observed.ref, observed.active, state);
  if (standing !== undefined) warn(standing);
  for (const overlay of observed.overlays) warn(onOverlay(observed.ref.name, overlay));
  const kept = keptIn(context);
  const found = withHiddenDrift(refreshed(table, state, observed.actual, kept), observed.actual, kept);
  if (!observed.active || !(await undefinedGuests(client)).has(observed.ref.uuid)) return found;
  warn(notDefined(asText(state["name"])));
  return { ...found, id: null }; // no attribute expresses this: an unknown id makes it a change
}
