import type { Domains } from "../../../libvirt/domains.ts";
import { LibvirtError } from "../../../libvirt/errors.ts";
import { DomainStats } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { child, childrenNamed, parseXml, type XmlElement } from "../../../model/xml.ts";

/** A system that responds to its power button has loaded at least this much. */
const SYSTEM_BYTES = 256 * 1024;

/** Devices from which a system may have booted without libvirt counting the bytes. */
const UNCOUNTED = ["hostdev", "filesystem", "redirdev", "shmem", "smartcard"];

/**
 * Why nothing in a running guest can respond to its power button or the guest agent; undefined if something may. Only certainty
 * counts: a slow guest gets its full timeout.
 */
export async function whyMute(domains: Domains, domain: DomainRef): Promise<string | undefined> {
  const live = parseXml(await domains.xml(domain));
  const channels = childrenNamed(child(live, "devices") ?? live, "channel").map((channel) => child(channel, "target")?.attributes ?? {});
  const agent = channels.find(({ name }) => name === "org.qemu.guest_agent.0");
  if (agent?.["state"] === "connected") return undefined;
  if (agent === undefined && hasNoButton(live)) return "it has neither ACPI nor a guest agent";
  return (await hasLoadedNothing(domains, domain, live)) ? "no system was ever loaded in it" : undefined;
}

/** On x86, the button needs ACPI; other boards have it without. */
function hasNoButton(live: XmlElement): boolean {
  const os = child(live, "os");
  const arch = (os && child(os, "type"))?.attributes["arch"] ?? "";
  const features = child(live, "features");
  return /^(x86_64|i686)$/.test(arch) && (features === undefined || child(features, "acpi") === undefined);
}

/** No kernel was given, and too little was read from its disks or its network to be one. */
async function hasLoadedNothing(domains: Domains, domain: DomainRef, live: XmlElement): Promise<boolean> {
  const os = child(live, "os");
  const devices = child(live, "devices");
  if (os === undefined || devices === undefined || child(os, "kernel") !== undefined) return false;
  if (UNCOUNTED.some((name) => child(devices, name) !== undefined)) return false;
  try {
    const stats = await domains.stats(domain, DomainStats.BLOCK | DomainStats.INTERFACE);
    const counted = Object.entries(stats).filter(([name]) => /^(block\.\d+\.(rd|wr)|net\.\d+\.rx)\.bytes$/.test(name));
    const things = Number(stats["block.count"] ?? 0) * 2 + Number(stats["net.count"] ?? 0);
    return counted.length === things && counted.reduce((sum, [, value]) => sum + Number(value), 0) < SYSTEM_BYTES;
  } catch (error) {
    if (error instanceof LibvirtError) return false;
    throw error;
  }
}
