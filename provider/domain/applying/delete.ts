import type { Libvirt } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { DomainUndefine } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { domain as table } from "../../../model/domain/index.ts";
import type { Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";
import { diagnosed } from "../../diagnose.ts";
import { planOutdated } from "../planning/errors.ts";
import { foreseen } from "../planning/foreseen.ts";
import { reasons } from "./reasons.ts";
import { named } from "../named.ts";
import { destroyTimeout, isGracefulOnly } from "../settings.ts";
import { stop } from "./stop.ts";

/** Shuts the guest down and removes its definition with its saved state, snapshot metadata and UEFI variables. */
export const remove = (prior: Values, context: Context<Host>): Promise<void> =>
  named.remove(prior, context, async (libvirt, { name, uuid }) => {
    const { client: host, signal, warn } = context;
    const noted = foreseen(context);
    try {
      const ref = await libvirt.domains.lookupByUUID(uuid);
      if (ref.id !== undefined && noted?.ran === false) throw planOutdated(ref.name, RECREATED);
      if (ref.id !== undefined)
        await stop(libvirt, ref, { timeout: destroyTimeout(prior), gracefulOnly: isGracefulOnly(prior), signal, warn });
      await undefineFully(libvirt, ref);
    } catch (error) {
      if (!isLibvirtError(error, "NO_DOMAIN"))
        throw diagnosed(error, { doing: `delete the guest ${name}`, fields: table.fields, values: prior, rules: reasons });
    }
    await host.users.released(uuid);
  });

const RECREATED = "would be turned off and created again, which the plan does not mention: it was off when this was planned, and runs now";

const EVERYTHING = [
  DomainUndefine.MANAGED_SAVE | DomainUndefine.SNAPSHOTS_METADATA | DomainUndefine.NVRAM | DomainUndefine.CHECKPOINTS_METADATA,
  DomainUndefine.MANAGED_SAVE | DomainUndefine.SNAPSHOTS_METADATA | DomainUndefine.NVRAM, // before libvirt 5.6
];

/** `virDomainUndefineFlags` with all the flags that this libvirt supports. */
export async function undefineFully({ domains }: Libvirt, domain: DomainRef): Promise<void> {
  for (const flags of EVERYTHING) {
    try {
      return await domains.undefine(domain, flags);
    } catch (error) {
      if (!isLibvirtError(error, "INVALID_ARG") || flags === EVERYTHING.at(-1)) throw error;
    }
  }
}
