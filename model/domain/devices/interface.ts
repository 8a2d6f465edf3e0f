import { bandwidth } from "../../bandwidth.ts";
import { choice, group, integer, list, text, variant, yesNo, type Fields } from "../../table.ts";
import { virtualPort } from "../../virtual-port.ts";
import { vlan } from "../../vlan.ts";
import { chardevSourceReconnect } from "./chardev.ts";
import { acpi, deviceAlias, deviceAddress, deviceBoot, onX86, pciAddress, rom } from "./common.ts";

const local: Fields = {
  address: text("@address"),
  port: integer("@port"),
};

/** A socket for the guest's frames; a separate structure per type, so that its classes carry the type's name. */
const socket = (): Fields => ({
  address: text("@address"),
  port: integer("@port"),
});

export const interfaceTeaming: Fields = {
  type: text("@type", { required: true }),
  persistent: text("@persistent"),
};

export const networkInterface: Fields = {
  managed: yesNo("@managed", { change: "restart" }),
  trust_guest_rx_filters: text("@trustGuestRxFilters"),
  mac: group(
    "mac",
    {
      address: text("@address", { required: true, same: "mac" }),
    },
    { doc: "The hardware address; libvirt makes one up where none is given." },
  ),
  source: group(
    "source",
    {
      user: variant("../@type", "user", {
        dev: text("@dev"),
      }),
      ethernet: variant("../@type", "ethernet", {}),
      server: variant("../@type", "server", socket()),
      client: variant("../@type", "client", socket()),
      mcast: variant("../@type", "mcast", socket()),
      network: variant("../@type", "network", {
        network: text("@network"),
        port_group: text("@portgroup"),
        port_id: text("@portid", { fills: "anything" }),
      }),
      bridge: variant("../@type", "bridge", {
        bridge: text("@bridge", { required: true }),
      }),
      direct: variant("../@type", "direct", {
        dev: text("@dev"),
        mode: text("@mode"),
      }),
      hostdev: variant("../@type", "hostdev", {
        // libvirt requires the address type to be stated.
        pci: group(".", { address: group("address", pciAddress) }, { select: "address/@type", when: "pci" }),
      }),
      udp: variant("../@type", "udp", { ...socket(), local: group("local", local) }),
      vdpa: variant("../@type", "vdpa", {
        device: text("@dev"),
      }),
      vhost_user: variant("../@type", "vhostuser", {
        chardev: group(".", {
          unix: variant("@type", "unix", {
            mode: text("@mode"),
            path: text("@path"),
            reconnect: group("reconnect", chardevSourceReconnect),
          }),
        }),
      }),
      null: choice("../@type", "null"),
    },
    { liveWith: ["source.network", "source.bridge"], doc: "What the interface is plugged into." },
  ),
  boot: group("boot", deviceBoot, { change: "restart", doc: "Place of this device in the boot order, from 1." }),
  vlan: group("vlan", vlan, { doc: "VLAN tags, where the bridge supports them (Open vSwitch, SR-IOV)." }),
  virtual_port: group("virtualport", virtualPort),
  port_forward: list(
    "portForward",
    {
      proto: text("@proto", { required: true }),
      address: text("@address"),
      dev: text("@dev"),
      ranges: list(
        "range",
        {
          start: integer("@start", { required: true }),
          end: integer("@end"),
          to: integer("@to"),
          exclude: text("@exclude"),
        },
        { extras: "drift" },
      ),
    },
    { extras: "drift", change: "restart" },
  ),
  target: group(
    "target",
    {
      dev: text("@dev", { required: true }),
      managed: yesNo("@managed"),
    },
    { change: "restart" },
  ),
  model: group(
    "model",
    {
      type: text("@type", { required: true, fills: onX86("rtl8139"), importShows: true }),
    },
    { change: "restart", doc: "The device the guest sees: `virtio`, `e1000e`, `rtl8139`, ..." },
  ),
  driver: group(
    "driver",
    {
      name: text("@name"),
      tx_mode: text("@txmode"),
      io_event_fd: text("@ioeventfd"),
      event_idx: text("@event_idx"),
      queues: integer("@queues"),
      rx_queue_size: integer("@rx_queue_size"),
      tx_queue_size: integer("@tx_queue_size"),
      iommu: text("@iommu"),
      ats: text("@ats"),
      packed: text("@packed"),
      page_per_vq: text("@page_per_vq"),
      rss: text("@rss"),
      rss_hash_report: text("@rss_hash_report"),
      host: group("host", {
        csum: text("@csum"),
        gso: text("@gso"),
        tso4: text("@tso4"),
        tso6: text("@tso6"),
        ecn: text("@ecn"),
        ufo: text("@ufo"),
        mrg_rx_buf: text("@mrg_rxbuf"),
      }),
      guest: group("guest", {
        csum: text("@csum"),
        tso4: text("@tso4"),
        tso6: text("@tso6"),
        ecn: text("@ecn"),
        ufo: text("@ufo"),
      }),
    },
    { change: "restart" },
  ),
  backend: group(
    "backend",
    {
      type: text("@type"),
      tap: text("@tap"),
      vhost: text("@vhost"),
      log_file: text("@logFile"),
    },
    { change: "restart" },
  ),
  filter_ref: group(
    "filterref",
    {
      filter: text("@filter", { required: true }),
      parameters: list(
        "parameter",
        {
          name: text("@name", { required: true }),
          value: text("@value", { required: true }),
        },
        { extras: "drift" },
      ),
    },
    { doc: "The nwfilter that guards the interface." },
  ),
  tune: group("tune", { snd_buf: integer("sndbuf", { required: true }) }, { change: "restart" }),
  teaming: group("teaming", interfaceTeaming, { change: "restart" }),
  link: group(
    "link",
    {
      state: text("@state", { required: true, fills: ["up"], importShows: true }),
    },
    { doc: "`up` or `down`: the cable." },
  ),
  mtu: group("mtu", { size: integer("@size", { required: true }) }, { change: "restart" }),
  bandwidth: group("bandwidth", bandwidth, { doc: "Traffic shaping, in KiB per second." }),
  port_options: group("port", {
    isolated: text("@isolated"),
  }),
  coalesce: group("coalesce", {
    rx: group("rx", {
      frames: group("frames", {
        max: integer("@max"),
      }),
    }),
  }),
  rom: group("rom", rom, { change: "restart" }),
  script: group("script", { path: text("@path", { required: true }) }, { change: "restart" }),
  down_script: group("downscript", { path: text("@path", { required: true }) }, { change: "restart" }),
  ip: list(
    "ip",
    {
      address: text("@address", { required: true, same: "address" }),
      family: text("@family"),
      prefix: integer("@prefix"),
      peer: text("@peer", { same: "address" }),
    },
    { extras: "drift", change: "restart", doc: "Addresses of the guest's side; for interfaces of type `user`." },
  ),
  acpi: group("acpi", acpi, { change: "restart", doc: "Keeps the interface's name in the guest whatever its place: index 1 is `eno1`." }),
  alias: { ...deviceAlias, change: "restart" },
  address: deviceAddress("pci", "ccw", "usb", "spapr-vio"),
  wait_for_ip: group(
    "",
    {
      source: text("", { doc: "Who is asked: `lease` (the network's DHCP server), `agent` or `any`. Default any." }),
      timeout: integer("", { doc: "Seconds until apply gives up. Default 300." }),
    },
    { change: "none", doc: "Apply waits until this interface has an address." },
  ),
};
