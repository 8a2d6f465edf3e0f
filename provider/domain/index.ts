import { domain as table } from "../../model/domain/index.ts";
import type { Host } from "../host.ts";
import type { Resource } from "../protocol/resource.ts";
import { refreshed } from "../resource.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { withHiddenDrift } from "./drift.ts";
import { importDomain } from "./import.ts";
import { observe } from "./observe.ts";
import { plan } from "./plan.ts";
import { update } from "./update.ts";
import { validate } from "./validate.ts";

/** `libvirt_domain`: https://libvirt.org/formatdomain.html */
export const domain: Resource<Host> = {
  table,
  validate,
  plan,
  create,
  async read(state, { client }) {
    client.manage(String(state["uuid"]));
    const observed = await observe(await client.libvirt(), String(state["uuid"]));
    return observed && withHiddenDrift(refreshed(table, state, observed.actual), observed.actual);
  },
  update,
  delete: remove,
  import: importDomain,
};
