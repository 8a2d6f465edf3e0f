import { describe, expect, test } from "vitest";
import { CloudInit, Disk, Image, StoragePool, VM, Volume, type IVolume } from "../../constructs/index.ts";
import { newHost, synthesize, type Json } from "./synth.ts";
import { domainOf } from "./vm-domain.ts";

describe("a disk given as a construct", () => {
  test("is the volume itself, or a new disk backed by the image", () => {
    const host = newHost();
    const data = new Volume(host, "data", { size: "1 GiB" });
    const given = new VM(host, "web1", { memory: "1 GiB", disks: [data] });
    given.addDisk(new Image(host, "debian", { url: "https://example.org/debian.qcow2" }));
    const { libvirt_volume: volumes = {}, libvirt_domain: domains = {} } = synthesize(host).resource;
    const [first, second] = (Object.values(domains)[0] as Json)["devices"].disks as Json[];
    expect(first?.["source"].volume.volume).toBe(`\${libvirt_volume.${data.resource?.friendlyUniqueId}.name}`);
    expect(second?.["source"].volume.volume).not.toBe(first?.["source"].volume.volume);
    expect(Object.keys(volumes)).toHaveLength(3);
  });

  test("is refused if the construct is not a disk", () => {
    const host = newHost();
    const pool = StoragePool.directory(host, "vms", { path: "/srv/vms" });
    const make = (): VM => new VM(host, "web1", { memory: "1 GiB", disks: [pool] });
    expect(make).toThrow("disks: StoragePool kvm1/vms is not a disk");
  });
});

describe("disks", () => {
  test("of an image are overlays on one volume that all guests of the pool share", () => {
    const host = newHost();
    const debian = new Image(host, "debian", { url: "https://example.org/debian.qcow2" });
    for (const name of ["web1", "web2"]) new VM(host, name, { memory: "1 GiB", disks: [{ image: debian, size: "20 GiB" }] });
    const volumes = synthesize(host).resource["libvirt_volume"] ?? {};
    expect(
      Object.values(volumes)
        .map(({ name }) => name as string)
        .toSorted(),
    ).toEqual(["debian.qcow2", "web1-vda.qcow2", "web2-vda.qcow2"]);
    const base = Object.keys(volumes).find((key) => volumes[key]?.["name"] === "debian.qcow2");
    const overlay = Object.values(volumes).find(({ name }) => name === "web1-vda.qcow2");
    expect(overlay).toMatchObject({
      capacity: 20,
      capacity_unit: "GiB",
      backing_store: { path: `\${libvirt_volume.${base}.path}`, format: { type: "qcow2" } },
    });
  });
  test("of an image without a size are as large as the image", () => {
    const host = newHost();
    new VM(host, "web1", { memory: "1 GiB", disks: [new Image(host, "debian", { path: "/srv/debian.qcow2" })] });
    const overlay = Object.values(synthesize(host).resource["libvirt_volume"] ?? {}).find(({ name }) => name === "web1-vda.qcow2");
    expect(overlay?.["capacity"]).toMatch(/^\$\{libvirt_volume\..*image-debian.*\.capacity\}$/);
  });
  test("that two guests would write to are an error unless shareable or read-only", () => {
    const host = newHost();
    const pool = StoragePool.existing(host, "default", "default");
    const data = new Volume(host, "data", { size: "1 GiB" });
    const theirs = (id: string): IVolume => Volume.existing(host, id, { pool, name: "theirs.raw", format: "raw" });
    const guest = (name: string, ...disks: Disk[]): VM => new VM(host, name, { memory: "1 GiB", disks });
    guest("web1", Disk.fromVolume(data), Disk.fromVolume(theirs("a")), Disk.block("/dev/sdx"), Disk.file("/srv/x.raw"));
    for (const [name, disk, named] of [
      ["web2", Disk.fromVolume(data), "the volume kvm1/data"],
      ["web3", Disk.fromVolume(theirs("b")), "the volume kvm1/b"],
      ["web4", Disk.block("/dev/sdx"), "/dev/sdx"],
      ["web5", Disk.file("/srv/x.raw"), "/srv/x.raw"],
    ] as const)
      expect(() => guest(name, disk)).toThrow(`disks: kvm1/web1 already uses ${named}, and both would write to it`);
    expect(() => guest("web6").addDisk(Disk.fromVolume(data))).toThrow("kvm1/web1 already uses the volume kvm1/data");
    guest("web7", Disk.fromVolume(data, { readOnly: true }), Disk.block("/dev/sdx", { shareable: true }), Disk.cdrom(data));
    const other = newHost();
    expect(() => new VM(other, "web1", { memory: "1 GiB", disks: [Disk.block("/dev/sdx")] })).not.toThrow();
  });
  test("of all kinds get the guest's device names", () => {
    const host = newHost();
    const pool = StoragePool.existing(host, "default", "default");
    const disks = [
      Disk.blank("1 GiB"),
      Disk.block("/dev/sdx", { serial: "DATA1" }),
      Disk.file("/srv/old.qcow2", { bus: "sata" }),
      Disk.fromVolume(Volume.existing(host, "theirs", { pool, name: "theirs.raw", format: "raw" }), { bus: "scsi", shareable: true }),
      Disk.cdrom(),
      Disk.cdrom("/srv/tools.iso"),
    ];
    const { devices } = domainOf({ disks, pool }, host);
    expect(
      devices.disks.map(({ device, target, source, driver }: Json) => [
        device,
        target.dev,
        target.bus,
        source === undefined ? "empty" : Object.keys(source)[0],
        driver.type,
      ]),
    ).toEqual([
      ["disk", "vda", "virtio", "volume", "qcow2"],
      ["disk", "vdb", "virtio", "block", "raw"],
      ["disk", "sda", "sata", "file", "qcow2"],
      ["disk", "sdb", "scsi", "volume", "raw"],
      ["cdrom", "sdc", "sata", "empty", "raw"],
      ["cdrom", "sdd", "sata", "file", "raw"],
    ]);
    expect(devices.controllers).toEqual([{ type: "scsi", index: 0, model: "virtio-scsi" }]);
    expect(devices.disks[3].source.volume).toEqual({ pool: "default", volume: "theirs.raw" });
  });
  test("can be added later", () => {
    const host = newHost();
    const vm = new VM(host, "web1", { memory: "1 GiB", disks: [{ size: "1 GiB" }] });
    vm.addDisk({ size: "2 GiB" });
    vm.addDisk(Disk.cdrom("/srv/tools.iso"));
    expect(synthesize(host).resource["libvirt_domain"]?.["web1"]?.["devices"].disks.map(({ target }: Json) => target.dev)).toEqual([
      "vda",
      "vdb",
      "sda",
    ]);
  });
  test("beyond the 26th have two letters", () => {
    const { devices } = domainOf({ disks: Array.from({ length: 28 }, () => ({ size: "1 GiB" })) });
    expect(devices.disks.slice(25).map(({ target }: Json) => target.dev)).toEqual(["vdz", "vdaa", "vdab"]);
  });
  test("are in the pool that they name, otherwise in the VM's", () => {
    const host = newHost();
    const fast = StoragePool.directory(host, "fast", { path: "/srv/fast" });
    const slow = StoragePool.logical(host, "slow", { volumeGroup: "vg0" });
    new VM(host, "db1", { memory: "1 GiB", pool: fast, disks: [{ size: "1 GiB" }, { size: "2 GiB", pool: slow, name: "data" }] });
    const { resource } = synthesize(host);
    expect(
      Object.values(resource["libvirt_volume"] ?? {})
        .map(({ name, pool, target }) => [name as string, pool, target?.format.type])
        .toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    ).toEqual([
      ["db1-data", "${libvirt_pool.slow.name}", undefined],
      ["db1-vda.qcow2", "${libvirt_pool.fast.name}", "qcow2"],
    ]);
  });
});

test("the cloud-init drive is on SATA if the guest's disks are: it may have no virtio drivers", () => {
  const { devices } = domainOf({ disks: [{ size: "1 GiB", bus: "sata" }], cloudInit: {} });
  expect(devices.disks.map(({ target }: Json) => target)).toEqual([
    { dev: "sdb", bus: "sata" },
    { dev: "sda", bus: "sata" },
  ]);
  expect(devices.controllers).toBeUndefined();
});

test("cloud-init props become a disk in the first drive, with the guest's host name", () => {
  const host = newHost();
  const vm = new VM(host, "web1", {
    memory: "1 GiB",
    disks: [{ size: "1 GiB" }, { cdrom: "/srv/x.iso" }],
    cloudInit: { packages: ["nginx"] },
  });
  expect(vm.cloudInit).toBeInstanceOf(CloudInit);
  const { resource } = synthesize(host);
  const disks = resource["libvirt_domain"]?.["web1"]?.["devices"].disks;
  expect(disks.map(({ device, target }: Json) => [device, target.dev, target.bus])).toEqual([
    ["disk", "vda", "virtio"],
    ["cdrom", "sda", "scsi"],
    ["cdrom", "sdb", "sata"],
  ]);
  const [disk] = Object.values(resource["libvirt_cloudinit_disk"] ?? {});
  expect(disk).toMatchObject({
    meta_data: expect.stringContaining("local-hostname: web1\n"),
    user_data: expect.stringContaining("packages:\n  - nginx\n"),
  });
  const iso = Object.values(resource["libvirt_volume"] ?? {}).find(({ name }) => name === "web1-cloud-init.iso");
  expect(iso?.["create"].content.url).toMatch(/^\$\{libvirt_cloudinit_disk\..*\.path\}$/);
});
