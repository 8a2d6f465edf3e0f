import { unmapped } from "../libvirt/codec/unmapped.ts";
import type { XmlElement } from "../model/xml.ts";
import type { Table } from "../model/table.ts";
import type { Host } from "./host.ts";
import { isMadeHere } from "./identity.ts";
import type { Context } from "./protocol/resource.ts";

const MOST_NAMED = 10;

export interface Thing {
  readonly table: Table;
  /** The user-facing noun: guest, network. */
  readonly noun: string;
  readonly name: string;
  /** The virsh command that changes it: `virsh net-edit lan`. */
  readonly edit?: string;
  /** Tells whether cdkvm created it; a volume has none. */
  readonly uuid?: string;
  /** What libvirt reports in addition to the definition. */
  readonly reported?: RegExp;
}

/**
 * On each read, names what an object that cdkvm did not create has and no attribute covers: an imported object keeps it, and no
 * plan will mention it. What libvirt adds to an object that cdkvm created is not reported.
 */
export async function warnOfUnmanaged(
  { table, noun, name, edit, uuid, reported }: Thing,
  definition: XmlElement,
  { client, warn }: Pick<Context<Pick<Host, "hostname">>, "client" | "warn">,
): Promise<void> {
  if (uuid !== undefined && isMadeHere(uuid, await client.hostname(), name)) return;
  const found = unmapped(table, definition).filter((path) => reported?.test(path) !== true);
  if (found.length === 0) return;
  const more = found.length > MOST_NAMED ? `, and ${found.length - MOST_NAMED} more` : "";
  warn({
    summary: `${name}: cdkvm does not manage ${found.slice(0, MOST_NAMED).join(", ")}${more}`,
    detail: `libvirt's definition of the ${noun} has these, but ${table.type} has no attributes for them. They are kept while the ${noun} is changed in place, and lost when it is replaced.${edit === undefined ? "" : ` \`${edit}\` changes them.`}`,
  });
}
