import { setTimeout as delay } from "node:timers/promises";
import type { Domains } from "../../../libvirt/domains.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { startFlags } from "../settings.ts";
import { guestMigrated } from "./errors.ts";

/** Starts a guest, unless it now runs on another host. */
export async function start(domains: Domains, domain: DomainRef, planned: Values, host: Host): Promise<DomainRef> {
  await refuseMigrated(domains, domain, host);
  for (let again = 1; ; again++) {
    try {
      return await domains.create(domain, startFlags(planned));
    } catch (error) {
      if (again > TPM_TRIES || !isTpmLate(error)) throw error;
      await delay(again * TPM_RETRY_MS);
    }
  }
}

/**
 * QEMU connects to swtpm while libvirt starts both; on a busy host swtpm may not listen yet, as libvirt or QEMU reports. Two guests with
 * a TPM that are the host's first both create swtpm's folder, and libvirt fails the slower one.
 */
export const isTpmLate = (error: unknown): boolean =>
  isLibvirtError(error) &&
  /tpm/i.test(error.message) &&
  /Connection refused|No such file or directory|did not show up|failed to create directory .*: File exists/.test(error.message);
const TPM_TRIES = 3;
const TPM_RETRY_MS = 500;

/** Whether a guest runs that another client has started; waits while libvirt is at it, which shows the guest as paused. */
export async function isStarted(domains: Domains, domain: DomainRef): Promise<boolean> {
  for (const until = Date.now() + STARTING_MS; ; await delay(STARTING_POLL_MS)) {
    const { state, reason } = await domains.state(domain);
    const isStarting = state === "paused" && reason === "starting-up";
    if (!isStarting || Date.now() > until) return state !== "shutoff";
  }
}
const STARTING_MS = 60_000;
const STARTING_POLL_MS = 50;

/** @throws CDKVM_GUEST_MIGRATED if the guest was migrated away: it runs there on the same disks */
export async function refuseMigrated(domains: Domains, domain: DomainRef, { uri }: Pick<Host, "uri">): Promise<void> {
  try {
    const { state, reason } = await domains.state(domain);
    if (state !== "shutoff" || reason !== "migrated") return;
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return;
    throw error;
  }
  throw guestMigrated(domain, uri);
}
