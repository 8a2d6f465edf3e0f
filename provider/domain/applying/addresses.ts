import type { Libvirt } from "../../../libvirt/connection.ts";
import type { DomainInterface } from "../../../libvirt/domain-devices.ts";
import { LibvirtError } from "../../../libvirt/errors.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { isValues, type Values } from "../../../model/values.ts";
import { deviceIdentity, devicesIn } from "../devices/lists.ts";
import { halted, standingOf } from "../observing/halted.ts";
import { haltOf } from "../observing/halts.ts";
import { noAddress } from "./errors.ts";
import { watching } from "./watch.ts";

const DEFAULT_TIMEOUT_S = 300;
/** Polling interval for leases: libvirt has no event for a new lease, nor for an address that the agent learns. */
const LEASE_MS = 500;

/** A guest that panicked is paused before libvirt performs its on_crash action, which may be a restart. */
const SETTLE_MS = 1000;

/** The sources to query, in this order. ARP is omitted: it still lists guests that are gone. */
const SOURCES = ["lease", "agent"] as const;

/**
 * What each source knows; a source that cannot answer (no agent in the guest, no DHCP server) contributes nothing.
 * @param wanted `lease`, `agent`, or `any` for both
 */
export async function addressesOf({ domains }: Libvirt, domain: DomainRef, wanted: string): Promise<readonly DomainInterface[]> {
  const asked = wanted === "arp" ? (["arp"] as const) : SOURCES.filter((source) => wanted === "any" || wanted === source);
  const answers = await Promise.all(
    asked.map((source) =>
      domains.devices.interfaceAddresses(domain, source).catch((error: unknown) => {
        if (error instanceof LibvirtError) return [];
        throw error;
      }),
    ),
  );
  return answers.flat();
}

/**
 * Waits until each interface with `wait_for_ip` has an address. Stops waiting if the guest stops, or if an error pauses it.
 * @param actual the guest as started, interfaces in the order of the plan: libvirt may have assigned their MAC addresses
 * @throws DiagnosticsError at the interface that has no address in time
 */
export async function waitForAddresses(
  libvirt: Libvirt,
  domain: DomainRef,
  planned: Values,
  actual: Values,
  signal: AbortSignal,
): Promise<void> {
  const there = devicesIn(actual, "interfaces");
  const waits = devicesIn(planned, "interfaces").flatMap((item, index) => {
    const wait = item["wait_for_ip"];
    if (!isValues(wait)) return [];
    const timeout = typeof wait["timeout"] === "number" ? wait["timeout"] : DEFAULT_TIMEOUT_S;
    const source = typeof wait["source"] === "string" ? wait["source"] : "any";
    return [{ index, timeout, source, mac: deviceIdentity("interfaces", item) ?? deviceIdentity("interfaces", there[index] ?? {}) }];
  });
  if (waits.length === 0) return;
  const began = Date.now();
  await watching(libvirt, domain, ["lifecycle", "agentLifecycle"], async (watch) => {
    let pausedAt: number | undefined;
    for (const { index, timeout, source, mac } of waits) {
      for (;;) {
        const standing = await standingOf(libvirt.domains, domain);
        const halt = haltOf(standing);
        pausedAt = halt !== undefined && standing.state === "paused" ? (pausedAt ?? Date.now()) : undefined;
        const settles = pausedAt === undefined ? 0 : pausedAt + SETTLE_MS - Date.now();
        if (settles > 0) {
          await watch.next(settles, signal);
          continue;
        }
        if (halt !== undefined) throw await halted(libvirt, domain, standing, halt, `wait for an address of ${domain.name}`, pathOf(index));
        const found = (await addressesOf(libvirt, domain, source)).some(
          (one) => one.mac?.toLowerCase() === mac && one.addresses.some(isReal),
        );
        if (found) break;
        const left = began + timeout * 1000 - Date.now();
        if (left <= 0) throw noAddress(domain, { path: pathOf(index), index, timeout, source, isPaused: standing.state === "paused" });
        await watch.next(Math.min(LEASE_MS, left), signal);
      }
    }
  });
}

/** A link-local address needs no network. */
export const isReal = ({ address }: { readonly address: string }): boolean => !/^(fe80|169\.254\.|127\.|::1$)/i.test(address);

const pathOf = (index: number): (string | number)[] => ["devices", "interfaces", index, "wait_for_ip"];
