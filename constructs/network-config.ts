import { Lazy } from "#cdktf";
import { Cidr } from "../model/cidr.ts";
import { Ip } from "../model/ip.ts";
import type { Reservation } from "./attachment.ts";
import type { DnsHost, NetworkProps } from "./network-props.ts";
import type { NetworkConfig, NetworkDns, NetworkForward, NetworkIps } from "./provider-libvirt/index.ts";

/** The parts of a network that can grow after construction. */
export interface NetworkParts {
  readonly reservations: Reservation[];
  readonly hosts: DnsHost[];
}

/** A network's props as provider configuration (https://libvirt.org/formatnetwork.html). */
export function networkConfig(name: string, props: NetworkProps, parts: NetworkParts): NetworkConfig {
  const nets = [props.ipv4, props.ipv6].flatMap((net) => (net === undefined ? [] : [Cidr.of(net)]));
  const bridge = { name: props.bridge, stp: props.stp === undefined ? undefined : props.stp ? "on" : "off" };
  return {
    name,
    forward: forward(props, nets.length > 0),
    bridge: bridge.name === undefined && bridge.stp === undefined ? undefined : bridge,
    domain:
      props.domain === undefined
        ? undefined
        : { name: props.domain, localOnly: props.localOnly === undefined ? undefined : props.localOnly ? "yes" : "no" },
    mtu: props.mtu === undefined ? undefined : { size: props.mtu },
    dns: dnsConfig(props, parts),
    // Resolved at synth, when all reservations are known. The result uses Terraform's names, which are the same here.
    ips: nets.length > 0 ? Lazy.anyValue({ produce: () => nets.map((net) => ipConfig(net, props, parts)) }) : undefined,
    routes: props.routes?.map(({ to, via, metric }) => {
      const net = Cidr.of(to);
      return {
        family: family(net),
        address: net.network.toString(),
        prefix: net.prefix,
        gateway: Ip.parse(via).toString(),
        metric: metric?.toString(),
      };
    }),
    autostart: props.autostart ?? true,
    ...(props.protect ? { lifecycle: { preventDestroy: true } } : {}),
  };
}

/** libvirt treats an absent family as IPv4. */
const family = (net: Cidr): string | undefined => (net.version === 6 ? "ipv6" : undefined);

function forward(props: NetworkProps, hasIp: boolean): NetworkForward | undefined {
  const mode = props.mode ?? (hasIp ? "nat" : "isolated");
  switch (mode) {
    case "isolated":
      return undefined;
    case "nat":
      // libvirt does not translate IPv6 by default, which leaves it without a route to the guests
      return { mode: "nat", dev: props.uplink, nat: props.ipv6 === undefined ? undefined : { ipv6: "yes" } };
    case "routed":
      return { mode: "route", dev: props.uplink };
    case "open":
      return { mode: "open" };
  }
}

function ipConfig(net: Cidr, props: NetworkProps, parts: NetworkParts): NetworkIps {
  const gateway = net.version === 4 && props.gateway !== undefined ? Ip.parse(props.gateway) : net.nth(1);
  return { family: family(net), address: gateway.toString(), prefix: net.prefix, dhcp: dhcp(net, props, parts) };
}

function dhcp(net: Cidr, props: NetworkProps, parts: NetworkParts): NetworkIps["dhcp"] {
  const mine = (text: string): boolean => Ip.parse(text).version === net.version;
  const hosts = parts.reservations
    .filter(({ ip }) => mine(ip))
    .map(({ mac, name, ip, id }) => (net.version === 6 ? { id, name, ip } : { mac, name, ip }))
    .toSorted((a, b) => Number(Ip.parse(a.ip).value - Ip.parse(b.ip).value));
  const wanted = props.dhcp ?? true;
  if (wanted === false && hosts.length === 0) return undefined;
  const given = typeof wanted === "object" ? wanted.ranges?.filter(({ start }) => mine(start)) : undefined;
  const usual = wanted === false ? undefined : net.dhcpRange;
  const ranges = given
    ? given.map(({ start, end }) => ({ start: Ip.parse(start).toString(), end: Ip.parse(end).toString() }))
    : usual
      ? [{ start: usual.start.toString(), end: usual.end.toString() }]
      : [];
  return { ranges: ranges.length > 0 ? ranges : undefined, hosts: hosts.length > 0 ? hosts : undefined };
}

export function dnsConfig(props: NetworkProps, parts: NetworkParts): NetworkDns | undefined {
  const forwarders = props.forwarders?.map((server) =>
    typeof server === "string" ? { addr: server } : { addr: server.address, domain: server.domain },
  );
  const host = parts.hosts.map(({ ip, hostnames }) => ({
    ip: Ip.parse(ip).toString(),
    hostnames: hostnames.map((hostname) => ({ hostname })),
  }));
  if (props.dns === undefined && !forwarders && host.length === 0) return undefined;
  return { enable: props.dns === undefined ? undefined : props.dns ? "yes" : "no", forwarders, host: host.length > 0 ? host : undefined };
}
