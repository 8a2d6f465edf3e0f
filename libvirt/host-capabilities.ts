import type { Libvirt } from "./connection.ts";
import { child, childrenNamed, parseXml, serializeXml, textOf, type XmlElement } from "../model/xml.ts";

/** A host's capabilities: https://libvirt.org/formatcaps.html */
export interface HostCapabilities {
  /** The host's CPU: `x86_64`, `aarch64`. */
  readonly arch: string;
  /** Stable for the life of the machine; empty if libvirt does not report it. */
  readonly uuid: string;
  /** The domain types that libvirt offers for guests of an architecture: `qemu`, `kvm`. */
  readonly typesFor: (arch: string) => ReadonlySet<string>;
  readonly cpu: XmlElement;
}

/** @throws LibvirtError */
export async function hostCapabilities(libvirt: Libvirt): Promise<HostCapabilities> {
  const root = parseXml(await libvirt.node.capabilities());
  const host = child(root, "host") ?? root;
  const cpu = child(host, "cpu") ?? { name: "cpu", attributes: {}, children: [] };
  const uuid = child(host, "uuid");
  const guests = childrenNamed(root, "guest");
  const typesFor = (arch: string): ReadonlySet<string> =>
    new Set(
      guests.flatMap((guest) => {
        const offered = childrenNamed(guest, "arch").find(({ attributes }) => attributes["name"] === arch);
        return offered === undefined ? [] : childrenNamed(offered, "domain").map(({ attributes }) => attributes["type"] ?? "");
      }),
    );
  return { arch: textOf(child(cpu, "arch") ?? cpu), uuid: uuid === undefined ? "" : textOf(uuid), typesFor, cpu };
}

const featuresOf = (cpu: XmlElement): readonly string[] => childrenNamed(cpu, "feature").map(({ attributes }) => attributes["name"] ?? "");

/** The virtualization extension of an x86 CPU, Intel's or AMD's; undefined if the host has neither. */
export async function virtualizationOf(libvirt: Libvirt, { cpu }: HostCapabilities): Promise<"vmx" | "svm" | undefined> {
  const find = (element: XmlElement) => (["vmx", "svm"] as const).find((name) => featuresOf(element).includes(name));
  // a feature that is part of the CPU's model is not listed separately
  return find(cpu) ?? find(parseXml(await libvirt.node.baselineCpu([serializeXml(cpu)])));
}
