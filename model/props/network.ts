import { z } from "zod";
import { Cidr, ipNetwork } from "../cidr.ts";
import { Ip } from "../ip.ts";
import { refuse } from "../refuse.ts";
import type { PropPath } from "../schema-at.ts";
import { didYouMean } from "../spelling.ts";
import { host, ip, ipv4, ipv6, linuxInterface, mac, name, spelled } from "./shared.ts";

export const ipRange = z
  .strictObject({ start: ip("First address."), end: ip("Last address.") })
  .check((context) => {
    if (!Ip.is(context.value.start) || !Ip.is(context.value.end)) return;
    const [first, last] = [Ip.parse(context.value.start), Ip.parse(context.value.end)];
    const [start, end] = [first.toString(), last.toString()];
    if (first.version !== last.version)
      refuse(context, { problem: `one of ${start} and ${end} is IPv4, the other IPv6`, fix: "use two addresses of one network" });
    else if (last.value < first.value)
      refuse(context, {
        problem: `the end ${end} comes before the start ${start}`,
        fix: didYouMean(`{ start: "${end}", end: "${start}" }`),
      });
  })
  .meta({ id: "IpRange" });

export const reservation = z
  .strictObject({
    mac: mac("MAC address that gets the address; IPv4.").optional(),
    name: host("Host name that the guest gets.").optional(),
    ip: ip("The address."),
    id: z.string().min(1).optional().meta({ description: "DHCPv6 client id (DUID); IPv6." }),
  })
  .meta({ id: "Reservation" });

export const dnsHost = z.strictObject({ ip: ip("Address."), hostnames: z.array(host("Name.")).min(1) }).meta({ id: "DnsHost" });

export const dnsForwarder = z
  .union([
    ip("Server that answers for all names."),
    z.strictObject({ address: ip("Server.").optional(), domain: host("Only names of this domain go there.").optional() }),
  ])
  .meta({ id: "DnsForwarder" });

export const staticRoute = z
  .strictObject({
    to: spelled(ipNetwork, { description: "Network that is reached.", examples: ["10.2.0.0/16"] }),
    via: ip("Gateway inside this network."),
    metric: z.int().min(1).optional(),
  })
  .meta({ id: "StaticRoute" });

export const networkMode = z.enum(["nat", "routed", "open", "isolated"]);

export const networkProps = z
  .strictObject({
    name: name("Name of the libvirt network. Default: from the construct path.").optional(),
    mode: networkMode.optional().meta({
      description:
        "nat: guests reach out through the host; routed: without translation; open: as routed, without firewall rules; isolated: among themselves and the host. Default: nat.",
    }),
    uplink: linuxInterface("Host interface that nat and routed traffic leaves by. Default: any.").optional(),
    ipv4: ipv4("IPv4 network; the host takes its first address.").optional(),
    ipv6: ipv6("IPv6 network; the host takes its first address.").optional(),
    gateway: ip("The host's IPv4 address. Default: the first of ipv4.").optional(),
    dhcp: z
      .union([z.boolean(), z.strictObject({ ranges: z.array(ipRange).optional() })])
      .optional()
      .meta({
        description: "Hand out addresses: by itself, from the given ranges, or not at all. Default: true where there is an IP network.",
      }),
    reservations: z.array(reservation).optional().meta({ description: "Addresses that belong to one guest." }),
    hosts: z.array(dnsHost).optional().meta({ description: "Names that the network's DNS answers." }),
    forwarders: z
      .array(dnsForwarder)
      .optional()
      .meta({ description: "Where the DNS asks for names it does not know. Default: as the host does." }),
    dns: z.boolean().optional().meta({ description: "Answer DNS. Default: true." }),
    domain: host("DNS domain of the guests.").optional(),
    localOnly: z.boolean().optional().meta({ description: "Never ask others for names of the domain. Default: false." }),
    mtu: z.int().min(68).max(65535).optional(),
    routes: z.array(staticRoute).optional(),
    bridge: linuxInterface("Name of the bridge on the host. Default: libvirt chooses (virbr0, virbr1, ...).").optional(),
    stp: z.boolean().optional().meta({ description: "Spanning tree on the bridge. Default: true." }),
    autostart: z.boolean().optional().meta({ description: "Start with the host. Default: true." }),
    protect: z.boolean().optional().meta({ description: "Never destroy or replace it. Default: false." }),
  })
  .check((context) => {
    const props = context.value;
    const problem = (path: PropPath, input: unknown, problem: string, fix: string): void => refuse(context, { path, input, problem, fix });
    let nets: Cidr[];
    try {
      nets = [props.ipv4, props.ipv6].flatMap((text) => (text === undefined ? [] : [Cidr.parse(text)]));
    } catch {
      return; // already reported by the prop's own schema
    }
    const insideOnly = (path: PropPath, text: string): void => {
      if (!Ip.is(text) || nets.some((net) => net.contains(Ip.parse(text)))) return;
      if (nets.length === 0) problem(path, text, `${text} is in no network`, "set ipv4 or ipv6");
      else problem(path, text, `${text} is outside ${nets.join(" and ")}`, "use an address in the network");
    };
    if ((props.mode === "routed" || props.mode === "open" || props.mode === "nat") && nets.length === 0)
      problem(["ipv4"], undefined, `required: a network of mode "${props.mode}" needs ipv4 or ipv6`, 'for example "10.0.0.0/24"');
    if (props.gateway !== undefined) insideOnly(["gateway"], props.gateway);
    if (typeof props.dhcp === "object") {
      for (const [index, range] of (props.dhcp.ranges ?? []).entries())
        for (const end of ["start", "end"] as const) insideOnly(["dhcp", "ranges", index, end], range[end]);
    }
    for (const [index, { ip: address, mac: ethernet, id, name: hostname }] of (props.reservations ?? []).entries()) {
      insideOnly(["reservations", index, "ip"], address);
      if (ethernet === undefined && id === undefined && hostname === undefined)
        problem(
          ["reservations", index],
          props.reservations?.[index],
          `the reservation of ${address} names no guest`,
          "set mac, name or id",
        );
    }
    if (props.uplink !== undefined && props.mode !== undefined && props.mode !== "nat" && props.mode !== "routed")
      problem(["uplink"], props.uplink, `a network of mode "${props.mode}" has no uplink`, 'use mode "nat" or "routed", or remove uplink');
    if (props.routes !== undefined) for (const [index, route] of props.routes.entries()) insideOnly(["routes", index, "via"], route.via);
  })
  .meta({ id: "Network", description: "A virtual network on a host (https://libvirt.org/formatnetwork.html)." });
