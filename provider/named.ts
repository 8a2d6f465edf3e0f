import { element, type XmlElement } from "../libvirt/xml.ts";
import { isMadeHere } from "./identity.ts";
import type { Host } from "./host.ts";
import { importCommand } from "./import-command.ts";
import { at } from "./refused.ts";

/** What guests, pools and networks have in common: a name that is unique on the host, and a UUID that can say who made them. */

export interface Named {
  readonly name: string;
  readonly uuid: string;
}

export interface Kind {
  /** `storage pool` */
  readonly noun: string;
  /** `pool-list`, for what lists them */
  readonly list: string;
}

export function withUuid(root: XmlElement, uuid: string): XmlElement {
  return { ...root, children: [{ ...element("uuid"), children: [uuid] }, ...root.children] };
}

/** The error for a name that something has which this configuration does not manage. */
export const nameTaken = ({ noun }: Pick<Kind, "noun">, { name, uuid }: Named, host: Host, madeByCdkvm: boolean): Error =>
  at(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `create the ${noun} ${name} on ${host.uri}`,
    problem: `a ${noun} named "${name}" exists on this host, and it is not in this state`,
    likely: madeByCdkvm
      ? `cdkvm made it from another configuration, or it is the one that this apply replaces with create_before_destroy, which a name allows only once; its UUID is ${uuid}`
      : `somebody made it by other means; its UUID is ${uuid}. It has not been touched`,
    fix: `import it (${importCommand(uuid)}), or choose another name`,
  });

/**
 * Refuses at plan time a name that is taken. What cdkvm made under this name, or what this state has, may be something that
 * this same plan replaces; apply looks closer.
 */
export async function refuseTaken(
  kind: Kind,
  name: unknown,
  host: Host,
  find: (name: string) => Promise<Named | undefined>,
): Promise<void> {
  if (typeof name !== "string") return;
  const found = await find(name);
  if (found === undefined || host.isManaged(found.uuid) || isMadeHere(found.uuid, await host.hostname(), name)) return;
  throw nameTaken(kind, found, host, false);
}

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text);

/** `undefined` where libvirt says that there is none. */
export async function orNone<T>(found: Promise<T>, isNone: (error: unknown) => boolean): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isNone(error)) return undefined;
    throw error;
  }
}
