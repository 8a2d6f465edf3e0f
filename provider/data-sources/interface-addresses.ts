import { domainInterfaceAddresses as table } from "../../model/data-sources.ts";
import { asText, type Value, type Values } from "../../model/values.ts";
import type { DomainInterface } from "../../libvirt/domain-devices.ts";
import type { Domains } from "../../libvirt/domains.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import type { Host } from "../host.ts";
import type { DataSource } from "../protocol/resource.ts";
import { guestNotFound, noAgent } from "./errors.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SOURCES = ["lease", "agent", "arp", "any"] as const;
type Source = (typeof SOURCES)[number];

/**
 * `libvirt_domain_interface_addresses`: the addresses known right now, without waiting. A guest that is not running has none.
 * https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainInterfaceAddresses
 */
export const interfaceAddresses: DataSource<Host> = {
  table,

  validate({ source }) {
    if (typeof source !== "string" || isSource(source)) return [];
    return [
      {
        severity: "error",
        summary: `Unknown source of addresses ${JSON.stringify(source)}`,
        detail: `  fix: use one of ${SOURCES.join(", ")}`,
        path: ["source"],
      },
    ];
  },

  async read(config, { client }) {
    const { domains } = await client.libvirt();
    const wanted = asText(config["domain"]);
    const domain = await find(domains, wanted, client.uri);
    const source = typeof config["source"] === "string" && isSource(config["source"]) ? config["source"] : "any";
    const found = domain.id === undefined ? [] : await addressesOf(domains, domain, source);
    return { ...config, interfaces: found.map(valuesOf), id: domain.uuid };
  },
};

const isSource = (text: string): text is Source => (SOURCES as readonly string[]).includes(text);

async function find(domains: Domains, wanted: string, uri: string): Promise<DomainRef> {
  try {
    return UUID.test(wanted) ? await domains.lookupByUUID(wanted) : await domains.lookupByName(wanted);
  } catch (error) {
    if (!isLibvirtError(error, "NO_DOMAIN")) throw error;
    throw guestNotFound(wanted, uri, error);
  }
}

async function addressesOf(domains: Domains, domain: DomainRef, source: Source): Promise<readonly DomainInterface[]> {
  if (source === "any") {
    for (const one of ["lease", "agent", "arp"] as const) {
      const found = await domains.devices.interfaceAddresses(domain, one).catch(nothingWhereUnsupported);
      const outside = found.filter(({ name, addresses }) => name !== "lo" && addresses.length > 0);
      if (outside.length > 0) return outside;
    }
    return [];
  }
  try {
    return await domains.devices.interfaceAddresses(domain, source);
  } catch (error) {
    if (isGone(error)) return [];
    if (source !== "agent" || !isLibvirtError(error)) throw error;
    throw noAgent(domain.name, error);
  }
}

const isGone = (error: unknown): boolean => isLibvirtError(error, "OPERATION_INVALID") && /not running/.test(error.message);

const UNSUPPORTED = ["AGENT_UNRESPONSIVE", "ARGUMENT_UNSUPPORTED", "CONFIG_UNSUPPORTED", "OPERATION_UNSUPPORTED", "OPERATION_INVALID", "NO_SUPPORT", "INTERNAL_ERROR"] as const; // prettier-ignore

const nothingWhereUnsupported = (error: unknown): readonly DomainInterface[] => {
  if (isLibvirtError(error, ...UNSUPPORTED)) return [];
  throw error;
};

const valuesOf = ({ name, mac, addresses }: DomainInterface): Values => ({
  name,
  hwaddr: mac ?? null,
  addrs: addresses.map(({ type, address, prefix }): Value => ({ type, addr: address, prefix })),
});
