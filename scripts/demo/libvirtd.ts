import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { startLibvirtd, stopLibvirtd } from "../../cli/host/daemons.ts";
import type { KvmUse } from "../../cli/host/kvm.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { ListDomains, ListNetworks } from "../../libvirt/flags.ts";
import { child, parseXml } from "../../model/xml.ts";
import { noCapabilities } from "./errors.ts";
import type { Settings } from "./settings.ts";
import { startSessionWithoutKvm } from "./session.ts";
import type { Talk } from "./talk.ts";

type Started = NonNullable<Settings["started"]>;

const networkDevices = (): Promise<string[]> => readdir("/sys/class/net").catch(() => []);

/**
 * Ensures that libvirtd runs. Returns what was started for the system's guests, now or, if still running, earlier. A session's
 * daemon starts on demand and ends itself.
 */
export async function ensureLibvirtd(
  uri: Settings["uri"],
  kvm: KvmUse,
  { say }: Talk,
  before: Settings["started"],
): Promise<Settings["started"]> {
  if (uri === "qemu:///session") {
    if (!kvm.usable && existsSync("/dev/kvm")) await startSessionWithoutKvm();
    return undefined;
  }
  const devices = await networkDevices();
  const daemons = await startLibvirtd({ log: say, kvm, enable: false });
  return daemons === undefined ? before : { daemons, devices };
}

/** The first query of QEMU takes seconds on a busy machine; if KVM is broken, a longer one has hung. */
const answerSeconds = (kvm: KvmUse): number => (kvm.usable || !existsSync("/dev/kvm") ? 120 : 20);

/** @throws CDKVM_DEMO if libvirtd does not report QEMU's capabilities, which defining a guest requires */
export async function requireQemu({ node }: Libvirt, uri: string, kvm: KvmUse): Promise<void> {
  const seconds = answerSeconds(kvm);
  const asked = node.domainCapabilities(undefined, undefined, undefined, "qemu").then(() => true);
  asked.catch(() => {}); // too late: the connection is closed
  const timeout = new AbortController();
  const late = delay(seconds * 1000, false, { signal: timeout.signal });
  late.catch(() => {});
  const answered = await Promise.race([asked, late]);
  timeout.abort();
  if (answered) return;
  throw noCapabilities(uri, seconds, kvm.usable ? undefined : kvm.reason);
}

/** Stops what the demo started, unless someone else's guests now run there. */
export async function stopStarted(started: Started, libvirt: Libvirt, { say }: Talk): Promise<void> {
  const { domains, networks } = libvirt;
  const active = await domains.list(ListDomains.ACTIVE);
  if (active.length > 0) {
    say(`libvirtd keeps running: it has guests that are not the demo's (${active.map(({ name }) => name).join(", ")})`);
    return;
  }
  for (const network of await networks.list(ListNetworks.ACTIVE | ListNetworks.AUTOSTART)) {
    const bridge = child(parseXml(await networks.xml(network)), "bridge")?.attributes["name"];
    // started along with the demo's libvirtd; it would remain without anyone to serve it
    if (bridge !== undefined && !started.devices.includes(bridge)) await networks.destroy(network);
  }
  await libvirt.close();
  await stopLibvirtd(started.daemons);
  say("stopped libvirtd, which the demo had started");
}
