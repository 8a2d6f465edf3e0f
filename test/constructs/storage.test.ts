import { describe, expect, test } from "vitest";
import { CloudInit, Image, Network, StoragePool, VM, Volume } from "../../constructs/index.ts";
import type { INetwork, IStoragePool, IVolume } from "../../constructs/index.ts";
import { FleetStack } from "../../fleet/index.ts";
import { errorOf, newApp, newHost, synthesize, type Json } from "./synth.ts";

const poolOf = (make: (host: ReturnType<typeof newHost>) => StoragePool, provider: "embedded" | "registry" = "embedded"): Json => {
  const host = newHost({ provider });
  make(host);
  const { "//": _meta, create: _create, name: _name, ...pool } = synthesize(host).resource["libvirt_pool"]?.["p"] ?? {};
  return pool;
};

describe("each kind of pool maps to libvirt's type", () => {
  const chap = { username: "me", secret: { usage: "san" } };
  test.each<[string, (host: ReturnType<typeof newHost>) => StoragePool, object]>([
    [
      "directory",
      (h) => StoragePool.directory(h, "p", { path: "/srv", permissions: { mode: "0711", owner: 0 } }),
      { type: "dir", target: { path: "/srv", permissions: { mode: "0711", owner: "0" } } },
    ],
    [
      "fs",
      (h) => StoragePool.fs(h, "p", { device: "/dev/sdb1", path: "/mnt" }),
      { type: "fs", source: { device: [{ path: "/dev/sdb1" }], format: { type: "auto" } }, target: { path: "/mnt" } },
    ],
    [
      "netfs",
      (h) => StoragePool.netfs(h, "p", { host: "nas", export: "/e", path: "/mnt", version: "4.1" }),
      {
        type: "netfs",
        source: { host: [{ name: "nas" }], dir: { path: "/e" }, format: { type: "nfs" }, protocol: { version: "4.1" } },
        target: { path: "/mnt" },
      },
    ],
    [
      "logical",
      (h) => StoragePool.logical(h, "p", { volumeGroup: "vg0", devices: ["/dev/sdb"] }),
      { type: "logical", source: { name: "vg0", device: [{ path: "/dev/sdb" }], format: { type: "lvm2" } }, target: { path: "/dev/vg0" } },
    ],
    [
      "disk",
      (h) => StoragePool.disk(h, "p", { device: "/dev/sdb" }),
      { type: "disk", source: { device: [{ path: "/dev/sdb" }], format: { type: "gpt" } }, target: { path: "/dev" } },
    ],
    [
      "iscsi",
      (h) =>
        StoragePool.iscsi(h, "p", {
          host: "san",
          port: 3261,
          target: "iqn.2013-06.com.example:a",
          initiator: "iqn.2013-06.com.example:b",
          auth: chap,
        }),
      {
        type: "iscsi",
        source: {
          host: [{ name: "san", port: "3261" }],
          device: [{ path: "iqn.2013-06.com.example:a" }],
          initiator: { iqn: { name: "iqn.2013-06.com.example:b" } },
          auth: { type: "chap", ...chap },
        },
        target: { path: "/dev/disk/by-path" },
      },
    ],
    [
      "iscsi-direct",
      (h) => StoragePool.iscsiDirect(h, "p", { host: "san", target: "iqn.a", initiator: "iqn.b" }),
      { type: "iscsi-direct", source: { host: [{ name: "san" }], device: [{ path: "iqn.a" }], initiator: { iqn: { name: "iqn.b" } } } },
    ],
    [
      "scsi",
      (h) => StoragePool.scsi(h, "p", { adapter: "scsi_host5" }),
      { type: "scsi", source: { adapter: { type: "scsi_host", name: "scsi_host5" } }, target: { path: "/dev/disk/by-path" } },
    ],
    ["mpath", (h) => StoragePool.mpath(h, "p"), { type: "mpath", target: { path: "/dev/mapper" } }],
    [
      "gluster",
      (h) => StoragePool.gluster(h, "p", { host: "g1", volume: "vms" }),
      { type: "gluster", source: { host: [{ name: "g1" }], name: "vms", dir: { path: "/" } } },
    ],
    [
      "rbd",
      (h) =>
        StoragePool.rbd(h, "p", {
          monitors: [{ name: "m1", port: 6789 }, { name: "m2" }],
          pool: "vms",
          auth: { username: "admin", secret: { uuid: "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87" } },
        }),
      {
        type: "rbd",
        source: {
          name: "vms",
          host: [{ name: "m1", port: "6789" }, { name: "m2" }],
          auth: { type: "ceph", username: "admin", secret: { uuid: "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87" } },
        },
      },
    ],
    ["zfs", (h) => StoragePool.zfs(h, "p", { zpool: "tank/vms" }), { type: "zfs", source: { name: "tank/vms" } }],
    [
      "vstorage",
      (h) => StoragePool.vstorage(h, "p", { cluster: "c1", path: "/mnt" }),
      { type: "vstorage", source: { name: "c1" }, target: { path: "/mnt" } },
    ],
  ])("%s", (_, make, expected) => {
    expect(poolOf(make)).toEqual(expected);
  });
});

test("only storage that is safe to build is built by default", () => {
  const host = newHost();
  StoragePool.directory(host, "dir", { path: "/srv" });
  StoragePool.logical(host, "lvm", { volumeGroup: "vg0" });
  StoragePool.logical(host, "new-lvm", { volumeGroup: "vg1", devices: ["/dev/sdb"], build: true, autostart: false });
  const pools = synthesize(host).resource["libvirt_pool"] ?? {};
  expect(Object.fromEntries(Object.entries(pools).map(([name, { create }]) => [name, create]))).toEqual({
    dir: { build: true, start: true, autostart: true },
    lvm: { build: false, start: true, autostart: true },
    "new-lvm": { build: true, start: true, autostart: false },
  });
});

test("destroying a pool deletes its storage only if the program says so, with either provider", () => {
  expect(poolOf((h) => StoragePool.directory(h, "p", { path: "/srv" }))).not.toHaveProperty("destroy");
  expect(poolOf((h) => StoragePool.directory(h, "p", { path: "/srv" }), "registry").destroy).toEqual({ delete: false });
  expect(poolOf((h) => StoragePool.directory(h, "p", { path: "/srv", deleteStorage: true }), "registry").destroy).toEqual({ delete: true });
});

test("a misspelled pool type gets a suggestion", () => {
  expect(errorOf(() => new StoragePool(newHost(), "p", { type: "dir", path: "/srv" } as never))).toContain(
    'type: unknown value "dir"; did you mean "directory"?',
  );
  expect(errorOf(() => StoragePool.directory(newHost(), "p", { pth: "/srv" } as never))).toBe(
    ['unknown prop "pth"; did you mean "path"?', "  while: StoragePool kvm1/p", "  code: CDKVM_PROPS"].join("\n"),
  );
});

describe("a volume", () => {
  test("is created from a pool", () => {
    const host = newHost();
    const volume = StoragePool.directory(host, "fast", { path: "/srv" }).addVolume("data", {
      size: "1.5 GiB",
      format: "raw",
      protect: true,
    });
    expect(volume.path).toContain("TOKEN");
    expect(Object.values(synthesize(host).resource["libvirt_volume"] ?? {})[0]).toMatchObject({
      name: "fast-data.raw",
      pool: "${libvirt_pool.fast.name}",
      capacity: 1536,
      capacity_unit: "MiB",
      target: { format: { type: "raw" } },
      lifecycle: { prevent_destroy: true },
    });
  });
  test("can be a copy of an image, checked against its checksum", () => {
    const host = newHost();
    const image = new Image(host, "debian", { url: "https://example.org/d.raw", checksum: "A".repeat(64) });
    new Volume(host, "copy", { image, size: "10 GiB" });
    expect(synthesize(host).resource["libvirt_volume"]?.["copy"]).toMatchObject({
      name: "copy.raw",
      create: { content: { url: "https://example.org/d.raw", checksum: `sha256:${"a".repeat(64)}` } },
    });
  });
  test("accepts an image that refers to other files if the Image allows it", () => {
    const content = (provider: "embedded" | "registry"): unknown => {
      const host = newHost({ provider });
      new Volume(host, "copy", { image: new Image(host, "layer", { path: "/srv/layer.qcow2", allowBackingFile: true }) });
      return synthesize(host).resource["libvirt_volume"]?.["copy"]?.["create"];
    };
    expect(content("embedded")).toEqual({ content: { url: "/srv/layer.qcow2", allow_backing_file: true } });
    expect(content("registry")).toEqual({ content: { url: "/srv/layer.qcow2" } });
  });
  test("can be backed by another volume, whose size it gets", () => {
    const host = newHost();
    const base = new Volume(host, "base", { size: "8 GiB" });
    new Volume(host, "top", { backing: base });
    expect(synthesize(host).resource["libvirt_volume"]?.["top"]).toMatchObject({
      capacity: 8,
      capacity_unit: "GiB",
      backing_store: { path: "${libvirt_volume.base.path}", format: { type: "qcow2" } },
    });
  });
  test("is replaced with its backing volume, and its guest with it, also if the provider does not ensure that", () => {
    const tied = (provider: "embedded" | "registry"): Json[] => {
      const host = newHost({ provider });
      const image = new Image(host, "debian", { url: "https://example.org/d.qcow2" });
      const vm = new VM(host, "web1", { memory: "1 GiB", disks: [{ image, protect: true }], cloudInit: {} });
      vm.addDisk({ size: "1 GiB" });
      const { libvirt_volume: volumes = {}, libvirt_domain: domains = {} } = synthesize(host).resource;
      return [...Object.values(volumes), ...Object.values(domains)].map((one) => one.lifecycle).filter((one) => one !== undefined);
    };
    expect(tied("embedded")).toEqual([{ prevent_destroy: true }]);
    expect(tied("registry")).toEqual([
      { prevent_destroy: true, replace_triggered_by: [expect.stringMatching(/^libvirt_volume\..*image-debian.*\.id$/)] },
      {
        replace_triggered_by: [
          expect.stringMatching(/^libvirt_volume\.web1_vda.*\.id$/),
          expect.stringMatching(/^libvirt_volume\.web1_vdb.*\.id$/),
        ],
      },
    ]);
  });
  test("without size and source is refused", () => {
    expect(errorOf(() => new Volume(newHost(), "v", {}))).toContain('size: required for a blank volume; for example "20 GiB"');
  });
  test("in a pool of block devices is raw, and another format is an error", () => {
    const host = newHost();
    const lvm = StoragePool.logical(host, "lvm", { volumeGroup: "vg0" });
    expect(errorOf(() => lvm.addVolume("v", { size: "1 GiB", format: "qcow2" }))).toContain(
      'format: a pool of type "logical" holds block devices, which are raw, not qcow2',
    );
  });
});

test("existing pools, volumes and networks are used like those that the program creates", () => {
  const host = newHost();
  const pools: IStoragePool[] = [StoragePool.directory(host, "fast", { path: "/srv" }), StoragePool.existing(host, "theirs", "default")];
  const volumes: IVolume[] = pools.map((pool) => pool.addVolume("data", { size: "1 GiB" }));
  volumes.push(...pools.map((pool, index) => Volume.existing(host, `old${index}`, { pool, name: "old.qcow2" })));
  const networks: INetwork[] = [new Network(host, "lan", {}), Network.existing(host, "other", "default")];
  new VM(host, "web1", { memory: "1 GiB", disks: volumes, networks });
  const created = [...pools, ...volumes, ...networks].filter(({ resource }) => resource !== undefined).map(({ node }) => node.path);
  expect(created).toEqual(["kvm1/fast", "kvm1/fast/data", "kvm1/theirs/data", "kvm1/lan"]);
  const { devices } = synthesize(host).resource["libvirt_domain"]?.["web1"] ?? {};
  expect(devices.disks.map(({ source }: Json) => source.volume.pool)).toEqual([
    "${libvirt_pool.fast.name}",
    "default",
    "${libvirt_pool.fast.name}",
    "default",
  ]);
  expect(devices.interfaces.map(({ source }: Json) => source.network.network)).toEqual(["${libvirt_network.lan.name}", "default"]);
});

test("an image outside the hosts is copied to each host once", () => {
  const app = newApp();
  const image = new Image(app, "debian", { url: "https://example.org/debian.qcow2" });
  const fleet = new FleetStack(app, "fleet", { hosts: { kvm1: "qemu:///system", kvm2: "qemu+ssh://root@kvm2/system" } });
  fleet.forEachHost((host) => ["a", "b"].forEach((id) => new VM(host, id, { memory: "1 GiB", disks: [image] })));
  for (const host of fleet.hosts) {
    const names = Object.values(synthesize(host).resource["libvirt_volume"] ?? {}).map(({ name }) => name as string);
    expect(names.toSorted()).toEqual(["a-vda.qcow2", "b-vda.qcow2", "debian.qcow2"]);
  }
});

test("an image of one URL is one image", () => {
  const host = newHost();
  for (const id of ["a", "b"]) new VM(host, id, { memory: "1 GiB", disks: [{ image: "https://example.org/debian.qcow2" }] });
  expect(Object.keys(synthesize(host).resource["libvirt_volume"] ?? {})).toHaveLength(3);
});

test("an image has one source, and a valid checksum", () => {
  expect(errorOf(() => new Image(newHost(), "i", {}))).toContain("neither url nor path is set; set one of them");
  expect(errorOf(() => new Image(newHost(), "i", { url: "/srv/x.qcow2" }))).toContain(
    'url: "/srv/x.qcow2" is a path; did you mean path: "/srv/x.qcow2"?',
  );
  expect(errorOf(() => new Image(newHost(), "i", { path: "/x", checksum: "md5:abc" }))).toContain(
    'checksum: unknown checksum algorithm "md5"; write "sha256:..." or "sha512:..."',
  );
});

describe("cloud-init", () => {
  const textOf = (props: ConstructorParameters<typeof CloudInit>[2]): Json => {
    const host = newHost();
    new CloudInit(host, "setup", props);
    return synthesize(host).resource["libvirt_cloudinit_disk"]?.["setup"];
  };
  test("writes the same #cloud-config at each synth", () => {
    const props = {
      hostname: "web1",
      users: [
        {
          name: "ops",
          sshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
          groups: ["adm"],
          passwordHash: "$6$x",
        },
        { name: "guest", sudo: false },
      ],
      sshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"],
      packages: ["nginx"],
      files: [{ path: "/etc/motd", content: "hi\n", mode: "600" }],
      runcmd: ["echo a: b", ["systemctl", "reload", "nginx"]],
      config: { ntp: { enabled: true } },
    };
    expect(textOf(props).user_data).toBe(
      `#cloud-config
hostname: web1
users:
  - name: ops
    groups:
      - adm
    sudo: ALL=(ALL) NOPASSWD:ALL
    shell: /bin/bash
    lock_passwd: false
    hashed_passwd: $6$x
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
  - name: guest
    shell: /bin/bash
    lock_passwd: true
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
package_update: true
packages:
  - nginx
write_files:
  - path: /etc/motd
    content: |
      hi
    permissions: "0600"
runcmd:
  - "echo a: b"
  - - systemctl
    - reload
    - nginx
ntp:
  enabled: true
`,
    );
    expect(textOf(props)).toEqual(textOf(props));
  });
  test("does not change user data, and writes network configuration as version 2", () => {
    expect(textOf({ userData: "#!/bin/sh\necho hi\n", networkConfig: { ethernets: { eth0: { dhcp4: true } } } })).toMatchObject({
      user_data: "#!/bin/sh\necho hi\n",
      network_config: "version: 2\nethernets:\n  eth0:\n    dhcp4: true\n",
      meta_data: expect.stringMatching(/^instance-id: setup-[0-9a-f]{8}\n$/),
    });
  });
  test("refuses props that user data would override", () => {
    expect(errorOf(() => textOf({ userData: "x", packages: ["nginx"] }))).toContain(
      "userData: this replaces all user data, so packages would be lost; move it into userData, or remove userData",
    );
  });
});

describe("names on the host", () => {
  test("are derived from the path, and never collide", () => {
    const host = newHost();
    new VM(host, "a-b", { memory: "1 GiB" });
    new VM(new (class extends StoragePool {})(host, "a", { type: "directory", path: "/srv" }), "b", { memory: "1 GiB" });
    const names = Object.values(synthesize(host).resource["libvirt_domain"] ?? {}).map(({ name }) => name as string);
    expect(names.toSorted()).toEqual(["a-b", expect.stringMatching(/^a-b-[0-9a-f]{8}$/)]);
  });
  test("that a program uses twice are an error", () => {
    const host = newHost();
    new VM(host, "a", { memory: "1 GiB", name: "web" });
    expect(errorOf(() => new VM(host, "b", { memory: "1 GiB", name: "web" }))).toBe(
      [
        'name: "web" is already the name of kvm1/a',
        "  while: VM kvm1/b",
        "  fix: rename one of them, or remove name: it is then derived from the path",
        "  code: CDKVM_NAME_TAKEN",
      ].join("\n"),
    );
  });
});
