import { unread } from "../../libvirt/codec/unread.ts";
import { domain as table } from "../../model/domain/index.ts";
import type { Host } from "../host.ts";
import { isMadeHere } from "../identity.ts";
import type { Context } from "../protocol/resource.ts";
import type { Observed } from "./observe.ts";

const MOST_NAMED = 10;

/**
 * Names what a guest that cdkvm did not make has and no attribute can say, with each read of it: an imported guest keeps it,
 * and no plan will ever speak of it. What libvirt adds by itself to guests that cdkvm made is no news.
 */
export async function warnOfUnmanaged({ ref, definition }: Observed, { client, warn }: Context<Host>): Promise<void> {
  if (isMadeHere(ref.uuid, await client.hostname(), ref.name)) return;
  const found = unread(table, definition);
  if (found.length === 0) return;
  const more = found.length > MOST_NAMED ? `, and ${found.length - MOST_NAMED} more` : "";
  warn({
    summary: `${ref.name}: cdkvm does not manage ${found.slice(0, MOST_NAMED).join(", ")}${more}`,
    detail:
      "libvirt's definition of the guest has these, and no attribute of libvirt_domain can say them. They stay as they are as long as the guest is changed in place, and are lost when it is replaced. `virsh edit` changes them.",
  });
}
