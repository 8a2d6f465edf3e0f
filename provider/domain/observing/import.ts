import { complete } from "../../../attributes/complete.ts";
import { plainDomain } from "./plain.ts";
import { isEmpty } from "../../../attributes/equality.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { type Values, valueAt } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";
import { named } from "../named.ts";
import { observe } from "./observe.ts";

/** An existing guest, by name or UUID. The state has what a user would write: libvirt's defaults are left out. */
export const importDomain = (id: string, context: Context<Host>): Promise<Values> =>
  named.import(id, context, async (libvirt, uuid) => {
    const observed = await observe(libvirt, uuid);
    if (observed === null) return null;
    const { autostart, ...rest } = plainDomain(observed.actual);
    return complete(table, { ...rest, id: observed.ref.id ?? -1, autostart: autostart ?? false });
  });

/** The first console and the first serial port are the same device; a configuration has one or the other. */
export const isSameDevice = ([list, kind]: readonly string[], there: Values): boolean =>
  list === "devices" &&
  ((kind === "serials" && !isEmpty(valueAt(there, "devices", "consoles"))) ||
    (kind === "consoles" && !isEmpty(valueAt(there, "devices", "serials"))));
