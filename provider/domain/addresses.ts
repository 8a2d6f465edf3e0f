import { setTimeout as delay } from "node:timers/promises";
import type { Libvirt } from "../../libvirt/connection.ts";
import type { DomainInterface } from "../../libvirt/domain-devices.ts";
import { LibvirtError } from "../../libvirt/errors.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { isList, isValues, type Values } from "../../model/values.ts";
import { at } from "../refused.ts";

const DEFAULT_TIMEOUT_S = 300;
const POLL_MS = 500;

/** Who may be asked, in this order. ARP is left out: it still knows guests that are gone. */
const SOURCES = ["lease", "agent"] as const;

/**
 * What each source knows; one that cannot answer (no agent in the guest, no DHCP server) knows nothing.
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
 * Waits until each interface with `wait_for_ip` has an address.
 * @param actual the guest as it was started: interfaces in the order of the plan may have got their MAC from libvirt
 * @throws DiagnosticsError at the interface that has none in time
 */
export async function waitForAddresses(
  libvirt: Libvirt,
  domain: DomainRef,
  planned: Values,
  actual: Values,
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  const there = interfacesOf(actual);
  const waits = interfacesOf(planned).flatMap((item, index) => {
    const wait = item["wait_for_ip"];
    if (!isValues(wait)) return [];
    const timeout = typeof wait["timeout"] === "number" ? wait["timeout"] : DEFAULT_TIMEOUT_S;
    const source = typeof wait["source"] === "string" ? wait["source"] : "any";
    return [{ index, timeout, source, mac: macOf(item) ?? macOf(there[index]) }];
  });
  for (const { index, timeout, source, mac } of waits) {
    for (;;) {
      const found = (await addressesOf(libvirt, domain, source)).some(
        (one) => one.mac?.toLowerCase() === mac && one.addresses.some(isReal),
      );
      if (found) break;
      if (Date.now() - began >= timeout * 1000) throw late(domain, index, timeout, source);
      if (!(await libvirt.domains.isActive(domain))) throw stopped(domain, index);
      await delay(POLL_MS, undefined, { signal });
    }
  }
}

/** A link-local address comes without any network. */
const isReal = ({ address }: { readonly address: string }): boolean => !/^(fe80|169\.254\.|127\.|::1$)/i.test(address);

const interfacesOf = (values: Values): readonly Values[] => {
  const devices = values["devices"];
  const list = isValues(devices) ? devices["interfaces"] : null;
  return isList(list) ? list.filter(isValues) : [];
};

const macOf = (item: Values | undefined): string | undefined => {
  const mac = item?.["mac"];
  const address = isValues(mac) ? mac["address"] : null;
  return typeof address === "string" ? address.toLowerCase() : undefined;
};

const pathOf = (index: number): (string | number)[] => ["devices", "interfaces", index, "wait_for_ip"];

const late = ({ name }: DomainRef, index: number, timeout: number, source: string): Error =>
  at(pathOf(index), {
    code: "CDKVM_NO_ADDRESS",
    doing: `wait for an address of ${name}`,
    problem: `${name} has no address on interface ${index + 1} after ${timeout} seconds`,
    likely:
      source === "agent"
        ? "the guest agent is not installed in the guest, or still starting"
        : "the guest does not ask for one by DHCP, its network has no DHCP, or it boots slowly",
    fix: `look at its console: virsh console ${name}; or give it more time with wait_for_ip.timeout`,
  });

const stopped = ({ name }: DomainRef, index: number): Error =>
  at(pathOf(index), {
    code: "CDKVM_NO_ADDRESS",
    doing: `wait for an address of ${name}`,
    problem: `${name} stopped while it was waited for`,
    likely: "its disk does not boot, or on_crash / on_reboot end it",
    fix: `start it and look at its console: virsh start ${name} --console`,
  });
