import { complete } from "../../../attributes/complete.ts";
import { plainDomain } from "./plain.ts";
import { isEmpty } from "../../../attributes/equality.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domains } from "../../../libvirt/domains.ts";
import { CdkvmError } from "../../../model/errors.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { type Values, valueAt } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";
import { observe } from "./observe.ts";

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/**
 * A guest that exists, by name or UUID. The state says what a person would have written: what libvirt fills in by itself is
 * left out.
 */
export async function importDomain(id: string, { client }: Context<Host>): Promise<Values> {
  const libvirt = await client.libvirt();
  const uuid = await find(libvirt.domains, id, client.uri);
  const observed = await observe(libvirt, uuid);
  if (observed === null) throw missing(id, client.uri);
  const { autostart, ...rest } = plainDomain(observed.actual);
  return complete(table, {
    ...rest,
    id: observed.ref.id ?? -1,
    autostart: autostart ?? false,
  });
}

/** The first console and the first serial port are one device; a configuration has either. */
export const isSameDevice = ([list, kind]: readonly string[], there: Values): boolean =>
  list === "devices" &&
  ((kind === "serials" && !isEmpty(valueAt(there, "devices", "consoles"))) ||
    (kind === "consoles" && !isEmpty(valueAt(there, "devices", "serials"))));

async function find(domains: Domains, id: string, uri: string): Promise<string> {
  const attempts = [() => domains.lookupByName(id), ...(UUID.test(id) ? [() => domains.lookupByUUID(id)] : [])];
  for (const attempt of attempts) {
    try {
      return (await attempt()).uuid;
    } catch (error) {
      if (!isLibvirtError(error, "NO_DOMAIN")) throw error;
    }
  }
  throw missing(id, uri);
}

const missing = (id: string, uri: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_NOT_FOUND",
    doing: `import the guest ${id}`,
    problem: `there is no guest "${id}" on ${uri}`,
    fix: "give its name or UUID; `virsh list --all` shows both (add --uuid)",
  });
