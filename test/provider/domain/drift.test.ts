import { expect, test } from "vitest";
import { withHiddenDrift, withLiveDrift } from "../../../provider/domain/observing/drift.ts";
import type { Values } from "../../../model/values.ts";

const disk = (dev: string, more: Values = {}): Values => ({
  device: "disk",
  source: { file: { file: `/${dev}` } },
  target: { dev, bus: "virtio" },
  ...more,
});
const guest = (devices: Values, more: Values = {}): Values => ({
  memory: 1024,
  memory_unit: "KiB",
  current_memory: 1024,
  current_memory_unit: "KiB",
  vcpu: 2,
  devices,
  ...more,
});

test("devices that libvirt adds to a running guest are not drift", () => {
  const definition = guest({
    disks: [disk("vda")],
    interfaces: [{ mac: { address: "52:54:00:00:00:01" }, source: { network: { network: "lan" } } }],
  });
  const live = guest({
    disks: [disk("vda", { alias: { name: "virtio-disk0" }, source: { file: { file: "/vda" }, index: 1 }, backing_store: {} })],
    interfaces: [
      { mac: { address: "52:54:00:00:00:01" }, source: { bridge: { bridge: "br0" } }, target: { dev: "vnet0" }, alias: { name: "net0" } },
    ],
  });
  expect(withLiveDrift(definition, live)).toEqual(definition);
});

test("a device in only the running guest or only its definition is drift", () => {
  const definition = guest({ disks: [disk("vda"), disk("vdb")] });
  const live = guest({ disks: [disk("vda"), disk("vdc", { alias: { name: "virtio-disk2" }, address: { pci: { bus: 3 } } })] });
  expect(withLiveDrift(definition, live)["devices"]).toEqual({ disks: [disk("vda"), disk("vdc")] });
  // The state tells what is missing from what is too much, wherever it is.
  const known = (...names: string[]): Values => guest({ disks: names.map((name) => disk(name)) });
  const found = (state: Values): unknown => withLiveDrift(definition, live, state)["devices"];
  expect(found(known("vda"))).toEqual({ disks: [disk("vda"), disk("vdb"), disk("vdc")] });
  expect(found(known("vda", "vdb"))).toEqual({ disks: [disk("vda"), disk("vdc")] });
  expect(found(known("vda", "vdb", "vdc"))).toEqual({ disks: [disk("vda")] });
});

test("an ejected medium is drift, unless libvirt may have removed it", () => {
  const cdrom = (source: Values | undefined): Values => ({ device: "cdrom", target: { dev: "sda" }, ...(source ? { source } : {}) });
  const iso = { file: { file: "/a.iso" } };
  expect(withLiveDrift(guest({ disks: [cdrom(iso)] }), guest({ disks: [cdrom({ file: {} })] }))["devices"]).toEqual({
    disks: [cdrom(undefined)],
  });
  const optional = guest({ disks: [cdrom({ ...iso, startup_policy: "optional" })] });
  expect(withLiveDrift(optional, guest({ disks: [cdrom({ file: {} })] }))).toEqual(optional);
});

test("an unplugged cable is drift", () => {
  const nic = (more: Values = {}): Values => ({ mac: { address: "52:54:00:00:00:01" }, ...more });
  const drift = withLiveDrift(guest({ interfaces: [nic()] }), guest({ interfaces: [nic({ link: { state: "down" } })] }));
  expect(drift["devices"]).toEqual({ interfaces: [nic({ link: { state: "down" } })] });
});

test("a balloon below the definition is drift, unless it is still changing", () => {
  const ballooned = guest({}, { current_memory: 512 });
  expect(withLiveDrift(guest({}), ballooned)).toMatchObject({ current_memory: 512, current_memory_unit: "KiB" });
  expect(withLiveDrift(ballooned, guest({}))).toEqual(ballooned);
});

test("unconfigured CPUs and memory are shown if not all of them are online", () => {
  const state = { current_memory: null, current_memory_unit: null, vcpu_current: null };
  expect(withHiddenDrift(state, guest({}, { vcpu_current: 2 }))).toEqual(state);
  expect(withHiddenDrift(state, guest({}, { vcpu_current: 1, current_memory: 512 }))).toEqual({
    current_memory: 512,
    current_memory_unit: "KiB",
    vcpu_current: 1,
  });
});

test("an interface whose MAC address the configuration leaves open is missed, and its pulled cable is seen", () => {
  const nic = (more: Values = {}): Values => ({ mac: { address: "52:54:00:00:00:01" }, source: { network: { network: "lan" } }, ...more });
  const state = guest({ interfaces: [{ mac: null, source: { network: { network: "lan" } }, link: null }] });
  expect(withLiveDrift(guest({ interfaces: [nic()] }), guest({ interfaces: [] }), state)["devices"]).toEqual({ interfaces: [] });
  expect(withLiveDrift(guest({ interfaces: [nic()] }), guest({ interfaces: [nic()] }), state)["devices"]).toEqual({ interfaces: [nic()] });
  const pulled = withHiddenDrift(state, guest({ interfaces: [nic({ link: { state: "down" } })] }));
  expect(pulled["devices"]).toMatchObject({ interfaces: [{ link: { state: "down" } }] });
  const open = { ...state, devices: null };
  expect(withHiddenDrift(open, guest({ interfaces: [nic({ link: { state: "down" } })] }))).toEqual(open);
});

test("a USB device whose address the running guest adds is unchanged, and SCSI hosts are distinguished by name", () => {
  const usb = (address: Values = {}): Values => ({
    subsys_usb: { source: { vendor: { id: "0x1" }, product: { id: "0x2" }, ...address } },
  });
  const defined = guest({ hostdevs: [usb()] });
  expect(withLiveDrift(defined, guest({ hostdevs: [usb({ address: { bus: 1, device: 4 } })] }))).toEqual(defined);
  const host = (wwpn: string): Values => ({ subsys_scsi_host: { source: { protocol: "vhost", wwpn } } });
  expect(withLiveDrift(guest({ hostdevs: [host("naa.1")] }), guest({ hostdevs: [host("naa.2")] }))["devices"]).toEqual({
    hostdevs: [host("naa.2")],
  });
});
