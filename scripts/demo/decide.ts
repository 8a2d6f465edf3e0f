import { onPath } from "../../engine/find.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { child, childrenNamed, parseXml, textOf } from "../../model/xml.ts";
import { freePort, freeSubnet } from "./free.ts";
import { ignoreMissing, NAME, ourGuests } from "./ours.ts";
import type { Place } from "./place.ts";
import type { Names, Networking, Settings } from "./settings.ts";

/**
 * The names and the network for the guests: the existing ones if the demo ran before, else free ones.
 */
export async function decide(libvirt: Libvirt, place: Place, before: Partial<Settings>): Promise<Pick<Settings, "names" | "networking">> {
  return { names: await freeNames(libvirt), networking: await networking(libvirt, place, before) };
}

async function freeNames(libvirt: Libvirt): Promise<Names> {
  const [all, ours] = await Promise.all([libvirt.domains.list(), ourGuests(libvirt)]);
  const theirs = new Set(all.map(({ name }) => name));
  for (const { name } of ours) theirs.delete(name);
  const longer = ["web1", "db1"].some((name) => theirs.has(name)) || ours.some(({ name }) => name.startsWith(NAME));
  return longer ? { web: `${NAME}-web1`, db: `${NAME}-db1` } : { web: "web1", db: "db1" };
}

async function networking(libvirt: Libvirt, place: Place, { uri, networking: earlier }: Partial<Settings>): Promise<Networking> {
  const same = uri === place.uri && earlier?.kind === place.networking ? earlier : undefined;
  if (place.networking === "nat") {
    const network = await libvirt.networks.lookupByName(NAME).catch(ignoreMissing);
    return network && same ? same : { kind: "nat", subnet: await freeSubnet(libvirt) };
  }
  const hasGuests = (await ourGuests(libvirt)).length > 0;
  return hasGuests && same ? same : { kind: "user", port: await freePort(), passt: await hasPasst(libvirt) };
}

/** If libvirt does not report it, assume no passt: Debian 12 builds 9.0 without it. */
async function hasPasst({ node }: Libvirt): Promise<boolean> {
  if ((await onPath("passt")) === undefined) return false;
  const devices = child(parseXml(await node.domainCapabilities(undefined, undefined, undefined, "qemu")), "devices");
  const card = devices && child(devices, "interface");
  const backends = card && childrenNamed(card, "enum").find(({ attributes }) => attributes["name"] === "backendType");
  return backends !== undefined && childrenNamed(backends, "value").some((one) => textOf(one) === "passt");
}
