import { bandwidth } from "./bandwidth.ts";
import { boolean, group, integer, list, table, text, variant, yesNo, type Table, type Fields } from "./table.ts";
import { virtualPort } from "./virtual-port.ts";
import { vlan } from "./vlan.ts";

export const networkForward: Fields = {
  mode: text("@mode", { default: "nat", doc: "`nat`, `route`, `open`, `bridge`, `private`, `vepa`, `passthrough`, `hostdev`." }),
  dev: text("@dev", { doc: "The host interface that traffic may leave by." }),
  managed: yesNo("@managed"),
  driver: group("driver", {
    name: text("@name"),
    model: text("@model"),
  }),
  pfs: list(
    "pf",
    {
      dev: text("@dev", { required: true }),
    },
    { extras: "drift" },
  ),
  nat: group("nat", {
    ipv6: text("@ipv6", { default: "no" }),
    addresses: list(
      "address",
      {
        start: text("@start", { required: true }),
        end: text("@end", { required: true }),
      },
      { extras: "drift" },
    ),
    ports: list(
      "port",
      {
        start: integer("@start", { required: true }),
        end: integer("@end", { required: true }),
      },
      { extras: "drift" },
    ),
  }),
  interfaces: list(
    "interface",
    {
      dev: text("@dev"),
    },
    { extras: "drift" },
  ),
  addresses: list(
    "address",
    {
      pci: variant("@type", "pci", {
        domain: integer("@domain", { hexDigits: 4 }),
        bus: integer("@bus", { hexDigits: 2 }),
        slot: integer("@slot", { hexDigits: 2 }),
        function: integer("@function", { hexDigits: 1 }),
      }),
    },
    { extras: "drift" },
  ),
};

export const networkDNS: Fields = {
  enable: text("@enable", { default: "yes" }),
  forward_plain_names: text("@forwardPlainNames"),
  forwarders: list(
    "forwarder",
    {
      domain: text("@domain"),
      addr: text("@addr"),
    },
    { extras: "drift", doc: "Servers that queries are passed to." },
  ),
  tx_ts: list(
    "txt",
    {
      name: text("@name", { required: true }),
      value: text("@value", { required: true }),
    },
    { key: ["name"], extras: "drift", unordered: true, change: "live" },
  ),
  host: list(
    "host",
    {
      ip: text("@ip", { required: true, same: "address" }),
      hostnames: list(
        "hostname",
        {
          hostname: text(".", { required: true }),
        },
        { extras: "drift" },
      ),
    },
    { key: ["ip"], extras: "drift", unordered: true, change: "live", doc: "Names with fixed addresses." },
  ),
  sr_vs: list(
    "srv",
    {
      service: text("@service"),
      protocol: text("@protocol"),
      target: text("@target"),
      port: integer("@port"),
      priority: integer("@priority"),
      weight: integer("@weight"),
      domain: text("@domain"),
    },
    { extras: "drift", change: "live" },
  ),
};

export const networkDHCPLease: Fields = {
  expiry: integer("@expiry", { required: true }),
  unit: text("@unit"),
};

export const networkIP: Fields = {
  address: text("@address", { same: "address", doc: "The address of the bridge, the guests' gateway." }),
  family: text("@family", { default: "ipv4" }),
  netmask: text("@netmask"),
  prefix: integer("@prefix", { doc: "Prefix length." }),
  local_ptr: text("@localPtr", { default: "no" }),
  dhcp: group(
    "dhcp",
    {
      ranges: list(
        "range",
        {
          start: text("@start", { same: "address" }),
          end: text("@end", { same: "address" }),
          lease: group("lease", networkDHCPLease),
        },
        { key: ["start"], extras: "drift", change: "live", doc: "Addresses to hand out." },
      ),
      hosts: list(
        "host",
        {
          id: text("@id"),
          mac: text("@mac", { same: "mac" }),
          name: text("@name"),
          ip: text("@ip", { same: "address" }),
          lease: group("lease", networkDHCPLease),
        },
        { key: ["mac", "id"], extras: "drift", unordered: true, change: "live", doc: "Reservations: this address for that MAC." },
      ),
      bootp: list(
        "bootp",
        {
          file: text("@file"),
          server: text("@server"),
        },
        { extras: "drift" },
      ),
    },
    { doc: "Ranges and reservations that the DHCP server hands out." },
  ),
  tftp: group("tftp", {
    root: text("@root"),
  }),
};

export const networkPortGroup: Fields = {
  name: text("@name"),
  default: text("@default", { default: "no" }),
  trust_guest_rx_filters: text("@trustGuestRxFilters", { default: "no" }),
  vlan: group("vlan", vlan),
  bandwidth: group("bandwidth", bandwidth, { embedded: true, doc: "Traffic shaping of each port of this group." }),
  virtual_port: group("virtualport", virtualPort),
};

export const network: Table = table({
  type: "libvirt_network",
  element: "network",
  doc: "A virtual network: https://libvirt.org/formatnetwork.html",
  change: "restart",
  fields: {
    ipv6: text("@ipv6", { default: "no" }),
    trust_guest_rx_filters: text("@trustGuestRxFilters", { default: "no" }),
    name: text("name", { required: true, change: "replace", doc: "The name libvirt knows the network by; unique on the host." }),
    uuid: text("uuid", { computed: true, doc: "The UUID that libvirt gave the network." }),
    metadata: group(
      "metadata",
      {
        xml: text(".", { required: true, same: "metadata", holds: "value" }),
      },
      { change: "live" },
    ),
    forward: group("forward", networkForward, { doc: "How guests reach the world; without it the network is isolated." }),
    bridge: group(
      "bridge",
      {
        name: text("@name", {
          computed: true,
          optional: true,
          doc: "Its interface name on the host; libvirt picks `virbrN` where none is given.",
        }),
        stp: text("@stp", { default: "on" }),
        delay: text("@delay", { default: "0" }),
        mac_table_manager: text("@macTableManager", { default: "kernel" }),
        zone: text("@zone"),
      },
      { doc: "The bridge: one that libvirt makes, or an existing one with mode `bridge`." },
    ),
    mtu: group(
      "mtu",
      {
        size: integer("@size", { required: true }),
      },
      { doc: "Largest packet, in bytes." },
    ),
    mac: group("mac", {
      address: text("@address", { same: "mac" }),
    }),
    domain: group(
      "domain",
      {
        name: text("@name"),
        local_only: text("@localOnly", { default: "no", doc: "`yes`: names of this domain are never asked for upstream." }),
      },
      { doc: "The DNS domain of the guests." },
    ),
    dns: group("dns", networkDNS, { doc: "What the network's DNS server answers." }),
    vlan: group("vlan", vlan, { doc: "VLAN tags of every port." }),
    bandwidth: group(
      "bandwidth",
      {
        class_id: integer("@classID"),
        ...bandwidth,
      },
      { doc: "Traffic shaping of the whole network." },
    ),
    port_options: group("port", {
      isolated: text("@isolated", { default: "no" }),
    }),
    ips: list("ip", networkIP, {
      key: ["address"],
      extras: "drift",
      doc: "Addresses of the bridge; the first of each family can serve DHCP.",
    }),
    routes: list(
      "route",
      {
        family: text("@family", { default: "ipv4" }),
        address: text("@address", { same: "address" }),
        netmask: text("@netmask"),
        prefix: integer("@prefix"),
        gateway: text("@gateway", { same: "address" }),
        metric: text("@metric"),
      },
      { key: ["address"], extras: "drift", doc: "Static routes of the host through the network." },
    ),
    virtual_port: group("virtualport", virtualPort),
    port_groups: list("portgroup", networkPortGroup, {
      key: ["name"],
      extras: "drift",
      unordered: true,
      change: "live",
      doc: "Named classes of port: VLANs, bandwidth.",
    }),
    dnsmasq_options: group("dnsmasq:options", {
      option: list(
        "dnsmasq:option",
        {
          value: text("@value", { required: true, holds: "value" }),
        },
        { extras: "drift" },
      ),
    }),
    autostart: boolean({ computed: true, optional: true, change: "live", doc: "Whether the network starts with the host. Default false." }),
    active: boolean({
      computed: true,
      optional: true,
      embedded: true,
      change: "live",
      doc: "Whether the network runs. Default true.",
    }),
    id: text("", { computed: true, doc: "The UUID." }),
  },
});
