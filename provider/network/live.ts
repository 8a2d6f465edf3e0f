import type { Networks } from "../../libvirt/networks.ts";
import { Affect, type NetworkUpdateSection } from "../../libvirt/flags.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { child, childrenNamed, element, serializeXml, type XmlElement } from "../../model/xml.ts";

type Section = keyof typeof NetworkUpdateSection;

/** One reversible `virNetworkUpdate` call. */
interface Step {
  readonly command: "add-last" | "delete";
  readonly section: Section;
  readonly parent: number;
  readonly item: XmlElement;
}

/** Changes that a running network accepts without a restart: https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkUpdate */
export function stepsBetween(before: XmlElement, after: XmlElement): readonly Step[] {
  const steps: Step[] = [];
  const compare = (section: Section, name: string, parent: number, one: XmlElement | undefined, two: XmlElement | undefined): void => {
    const [old, fresh] = [one, two].map(
      (parent) => new Map((parent === undefined ? [] : childrenNamed(parent, name)).map((item) => [serializeXml(item), item])),
    );
    for (const [text, item] of old ?? []) if (!fresh?.has(text)) steps.push({ command: "delete", section, parent, item });
    for (const [text, item] of fresh ?? []) if (!old?.has(text)) steps.push({ command: "add-last", section, parent, item });
  };
  const [ipsBefore, ipsAfter] = [childrenNamed(before, "ip"), childrenNamed(after, "ip")];
  ipsAfter.forEach((ip, index) => {
    const old = ipsBefore[index];
    const [dhcpBefore, dhcpAfter] = [old && child(old, "dhcp"), child(ip, "dhcp")];
    compare("ip-dhcp-host", "host", index, dhcpBefore, dhcpAfter);
    compare("ip-dhcp-range", "range", index, dhcpBefore, dhcpAfter);
  });
  const [dnsBefore, dnsAfter] = [child(before, "dns"), child(after, "dns")];
  compare("dns-host", "host", -1, dnsBefore, dnsAfter);
  compare("dns-txt", "txt", -1, dnsBefore, dnsAfter);
  compare("dns-srv", "srv", -1, dnsBefore, dnsAfter);
  compare("portgroup", "portgroup", -1, before, after);
  // Deletions make room for additions.
  return [...steps.filter(({ command }) => command === "delete"), ...steps.filter(({ command }) => command === "add-last")];
}

/** The definition with the running network's live-changeable parts: those that {@link stepsBetween} compares. */
export function withLiveParts(definition: XmlElement, live: XmlElement): XmlElement {
  const replaced = (one: XmlElement, other: XmlElement | undefined, ...names: readonly string[]): XmlElement => ({
    ...one,
    children: [
      ...one.children.filter((item) => typeof item === "string" || !names.includes(item.name)),
      ...names.flatMap((name) => (other === undefined ? [] : childrenNamed(other, name))),
    ],
  });
  const ips = childrenNamed(live, "ip");
  const whole = replaced(definition, live, "dns", "portgroup");
  let index = 0;
  const children = whole.children.map((item) =>
    typeof item !== "string" && item.name === "ip" ? replaced(item, ips[index++], "dhcp") : item,
  );
  return { ...whole, children };
}

/** Applies all steps to the running network, or none. Returns a function that undoes them. */
export async function takeSteps(networks: Networks, ref: NetworkRef, steps: readonly Step[]): Promise<() => Promise<void>> {
  const done: Step[] = [];
  const undo = async (): Promise<void> => {
    for (const step of done.splice(0).toReversed())
      await take(networks, ref, { ...step, command: step.command === "delete" ? "add-last" : "delete" });
  };
  try {
    for (const step of steps) {
      await take(networks, ref, step);
      done.push(step);
    }
    return undo;
  } catch (error) {
    await undo();
    throw error;
  }
}

const take = (networks: Networks, ref: NetworkRef, { command, section, parent, item }: Step): Promise<void> =>
  networks.update(ref, command, section, parent, serializeXml(command === "delete" ? known(section, item) : item), Affect.LIVE);

/** The part that identifies an item; given more, libvirt may find two matches. */
function known(section: Section, item: XmlElement): XmlElement {
  const { ip } = item.attributes;
  if (section !== "dns-host" || ip === undefined) return item;
  const one = element("host");
  one.attributes["ip"] = ip;
  return one;
}
