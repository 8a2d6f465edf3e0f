import type { Libvirt } from "./connection.ts";
import { child, childrenNamed, parseXml, serializeXml, textOf, type XmlElement } from "./xml.ts";

/** What a host says of itself: https://libvirt.org/formatcaps.html */
export interface HostCapabilities {
  /** The host's CPU: `x86_64`, `aarch64`. */
  readonly arch: string;
  /** The types of domain that libvirt offers for guests of the host's own architecture: `qemu`, `kvm`. */
  readonly types: ReadonlySet<string>;
  readonly cpu: XmlElement;
}

/** @throws LibvirtError */
export async function hostCapabilities(libvirt: Libvirt): Promise<HostCapabilities> {
  const root = parseXml(await libvirt.node.capabilities());
  const cpu = child(child(root, "host") ?? root, "cpu") ?? { name: "cpu", attributes: {}, children: [] };
  const arch = textOf(child(cpu, "arch") ?? cpu);
  const types = childrenNamed(root, "guest").flatMap((guest) => {
    const offered = childrenNamed(guest, "arch").find(({ attributes }) => attributes["name"] === arch);
    return offered === undefined ? [] : childrenNamed(offered, "domain").map(({ attributes }) => attributes["type"] ?? "");
  });
  return { arch, types: new Set(types), cpu };
}

const featuresOf = (cpu: XmlElement): readonly string[] => childrenNamed(cpu, "feature").map(({ attributes }) => attributes["name"] ?? "");

/** What an x86 CPU runs guests with, Intel's or AMD's; undefined where the host's has neither. */
export async function virtualizationOf(libvirt: Libvirt, { cpu }: HostCapabilities): Promise<"vmx" | "svm" | undefined> {
  const find = (element: XmlElement) => (["vmx", "svm"] as const).find((name) => featuresOf(element).includes(name));
  // a feature that is part of the CPU's model is not listed beside it
  return find(cpu) ?? find(parseXml(await libvirt.node.baselineCpu([serializeXml(cpu)])));
}
