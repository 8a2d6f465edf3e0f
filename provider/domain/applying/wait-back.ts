import { spawn } from "node:child_process";
import type { Libvirt } from "../../../libvirt/connection.ts";
import { isLibvirtError, LibvirtError } from "../../../libvirt/errors.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { RolloutSettings } from "../../../model/rollout.ts";
import { asText, type Values, valueAt } from "../../../model/values.ts";
import { deviceIdentity, devicesIn } from "../devices/lists.ts";
import { halted, standingOf } from "../observing/halted.ts";
import { haltOf } from "../observing/halts.ts";
import { addressesOf, isReal } from "./addresses.ts";
import { guestNotBack } from "./errors.ts";
import { watching } from "./watch.ts";

/** How often to look: libvirt has no event for a lease, and a command is run again. */
const LOOK_MS = 500;

/** A guest before its restart: what it has from then does not show that it is back. */
export interface Before {
  readonly host: string;
  /** When each of its leases ends, in seconds, by MAC address and address. */
  readonly leases: ReadonlyMap<string, number>;
}

export const beforeRestart = async (libvirt: Libvirt, host: string, guest: Values): Promise<Before> => ({
  host,
  leases: await leasesOf(libvirt, guest),
});

/**
 * Waits until a restarted guest is back, as the rollout defines it.
 *
 * @throws CDKVM_GUEST_NOT_BACK after the rollout's timeout; CDKVM_GUEST_STOPPED if the guest stops meanwhile
 */
export async function waitUntilBack(
  libvirt: Libvirt,
  domain: DomainRef,
  guest: Values,
  { wait, timeout }: RolloutSettings,
  before: Before,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + timeout * 1000;
  const isBack = async (): Promise<boolean> => {
    if (wait === "agent") return await agentAnswers(libvirt, domain);
    if (wait === "ip") return await hasAddress(libvirt, domain, guest, before);
    return await succeeds(wait.command, { CDKVM_GUEST: domain.name, CDKVM_HOST: before.host }, until, signal);
  };
  await watching(libvirt, domain, ["lifecycle", "agentLifecycle"], async (watch) => {
    while (!(await isBack())) {
      const standing = await standingOf(libvirt.domains, domain);
      const halt = standing.state === "paused" ? undefined : haltOf(standing); // a panicked guest is paused until libvirt restarts it
      if (halt !== undefined) throw await halted(libvirt, domain, standing, halt, `wait until ${domain.name} is back`, []);
      const left = until - Date.now();
      if (left <= 0) throw guestNotBack(domain.name, wait, timeout);
      await watch.next(Math.min(LOOK_MS, left), signal);
    }
  });
}

/** libvirt asks the agent for addresses to answer this. */
async function agentAnswers({ domains }: Libvirt, domain: DomainRef): Promise<boolean> {
  try {
    await domains.devices.interfaceAddresses(domain, "agent");
    return true;
  } catch (error) {
    if (error instanceof LibvirtError) return false;
    throw error;
  }
}

async function hasAddress(libvirt: Libvirt, domain: DomainRef, guest: Values, { leases }: Before): Promise<boolean> {
  const told = await addressesOf(libvirt, domain, "agent");
  if (told.some(({ addresses }) => addresses.some(isReal))) return true;
  return [...(await leasesOf(libvirt, guest))].some(([lease, end]) => end === FOREVER || end > (leases.get(lease) ?? 0));
}

/** A lease without an end does not show when it was given. */
const FOREVER = 0;

/** The guest's leases in libvirt's networks. */
async function leasesOf({ networks }: Libvirt, guest: Values): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const nic of devicesIn(guest, "interfaces")) {
    const name = asText(valueAt(nic, "source", "network", "network") ?? null);
    const mac = deviceIdentity("interfaces", nic);
    if (name === "" || mac === undefined) continue;
    try {
      const network = await networks.lookupByName(name);
      for (const { address, expiryTime } of await networks.dhcpLeases(network, mac)) found.set(`${mac} ${address}`, expiryTime);
    } catch (error) {
      if (!isLibvirtError(error)) throw error;
    }
  }
  return found;
}

/** Whether a shell command on this machine exits with 0; it is ended at the deadline. */
function succeeds(command: string, env: Readonly<Record<string, string>>, until: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const late = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, until - Date.now()))]);
    const child = spawn("/bin/sh", ["-c", command], {
      env: { ...process.env, ...env },
      stdio: "ignore",
      signal: late,
      killSignal: "SIGKILL",
    });
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
  });
}
