import { describe, expect, test } from "vitest";
import {
  Bridge,
  ByteSize,
  CloudInit,
  Disk,
  Image,
  Network,
  StoragePool,
  TerraformOutput,
  VM,
  Volume,
  type VMProps,
} from "../../constructs/index.ts";
import type { HostStack } from "../../stacks/index.ts";
import { errorOf, newHost, synthesize, type Json } from "./synth.ts";

const domainOf = (props: Partial<VMProps>, host: HostStack = newHost()): Json => {
  new VM(host, "web1", { memory: "2 GiB", ...props });
  return synthesize(host).resource["libvirt_domain"]?.["web1"];
};

describe("a VM of memory alone", () => {
  const domain = domainOf({});
  test("is a running q35 machine under KVM that sees the host's CPU", () => {
    expect(domain).toMatchObject({
      name: "web1",
      type: "kvm",
      running: true,
      autostart: false,
      vcpu: 1,
      memory: 2,
      memory_unit: "GiB",
      cpu: { mode: "host-passthrough" },
      os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
    });
  });
  test("has a serial console, a guest agent channel and random numbers, and no screen", () => {
    expect(domain.devices.consoles).toEqual([{ target: { type: "serial", port: 0 } }]);
    expect(domain.devices.channels).toEqual([{ source: { unix: {} }, target: { virt_io: { name: "org.qemu.guest_agent.0" } } }]);
    expect(domain.devices.rngs).toEqual([{ model: "virtio", backend: { random: "/dev/urandom" } }]);
    expect(domain.devices).not.toHaveProperty("graphics");
    expect(domain.devices).not.toHaveProperty("videos");
  });
  test("is asked to shut down, for five minutes, before it is turned off", () => {
    expect(domain.destroy).toEqual({ graceful: true, shutdown: { timeout: 300 } });
    expect(domain.update).toEqual({ shutdown: { timeout: 300 } });
  });
});

test("console, agent and rng can be left out", () => {
  const { devices } = domainOf({ console: false, agent: false, rng: false });
  expect(Object.keys(devices)).toEqual(["mem_balloon"]);
});

test("under emulation a VM gets the best CPU that emulation has, also where it asks for the host's", () => {
  expect(domainOf({}, newHost({ acceleration: "qemu" }))).toMatchObject({ type: "qemu", cpu: { mode: "maximum" } });
  expect(domainOf({ cpu: "host-model" }, newHost({ acceleration: "qemu" })).cpu).toEqual({ mode: "maximum" });
});

test("maxMemory and maxCpus are what the running guest can grow to", () => {
  expect(domainOf({ memory: ByteSize.mib(512), maxMemory: "4 GiB", cpus: 2, maxCpus: 8 })).toMatchObject({
    memory: 4,
    memory_unit: "GiB",
    current_memory: 512,
    current_memory_unit: "MiB",
    vcpu: 8,
    vcpu_current: 2,
  });
});

test("UEFI with secure boot brings enrolled keys and system management mode", () => {
  const { os, features } = domainOf({ firmware: "uefi-secure-boot" });
  expect(os).toMatchObject({
    firmware: "efi",
    firmware_info: {
      features: [
        { name: "secure-boot", enabled: "yes" },
        { name: "enrolled-keys", enabled: "yes" },
      ],
    },
  });
  expect(features.smm).toEqual({ state: "on" });
  expect(domainOf({ firmware: "uefi" }).os.firmware_info.features).toEqual([{ name: "secure-boot", enabled: "no" }]);
});

test("a kernel boots directly, without a boot order", () => {
  const { os } = domainOf({ kernel: "/boot/vmlinuz", initrd: "/boot/initrd.img", cmdline: "console=ttyS0" });
  expect(os).toMatchObject({ kernel: "/boot/vmlinuz", initrd: "/boot/initrd.img", cmdline: "console=ttyS0" });
  expect(os).not.toHaveProperty("boot_devices");
});

test("a boot order is libvirt's device names", () => {
  expect(domainOf({ bootOrder: ["cdrom", "network", "disk"] }).os.boot_devices).toEqual([
    { dev: "cdrom" },
    { dev: "network" },
    { dev: "hd" },
  ]);
});

test("graphics bring a screen, a video device and a tablet", () => {
  const { devices } = domainOf({ graphics: "vnc" });
  expect(devices.graphics).toEqual([{ vnc: { auto_port: true, listen: "127.0.0.1" } }]);
  expect(devices.videos).toEqual([{ model: { type: "virtio", heads: 1, primary: "yes" } }]);
  expect(devices.inputs).toEqual([{ type: "tablet", bus: "usb" }]);
  expect(domainOf({ graphics: { type: "spice", port: 5999, listen: "0.0.0.0" } }).devices.graphics).toEqual([
    { spice: { auto_port: false, port: 5999, listen: "0.0.0.0" } },
  ]);
});

test("a TPM is emulated, version 2.0, unless it says otherwise", () => {
  expect(domainOf({ tpm: true }).devices.tpms).toEqual([{ model: "tpm-crb", backend: { emulator: { version: "2.0" } } }]);
  expect(domainOf({ tpm: { passthrough: "/dev/tpm0" } }).devices.tpms[0].backend).toEqual({
    passthrough: { device: { path: "/dev/tpm0" } },
  });
});

test("an ARM guest is a virt machine with UEFI, and its CD drives are on SCSI", () => {
  const { os, features, devices } = domainOf({ architecture: "aarch64", disks: [Disk.cdrom("/srv/x.iso")] });
  expect(os).toMatchObject({ type_arch: "aarch64", type_machine: "virt", firmware: "efi" });
  expect(features).toEqual({ acpi: true });
  expect(devices.disks[0].target).toEqual({ bus: "scsi", dev: "sda" });
});

test("protect holds the guest and its new disks", () => {
  const host = newHost();
  new VM(host, "db1", { memory: "1 GiB", protect: true, disks: [{ size: "1 GiB" }] });
  const { resource } = synthesize(host);
  expect(resource["libvirt_domain"]?.["db1"]?.["lifecycle"]).toEqual({ prevent_destroy: true });
  expect(Object.values(resource["libvirt_volume"] ?? {})[0]?.["lifecycle"]).toEqual({ prevent_destroy: true });
});

test("overrides reach every attribute, item by item in lists", () => {
  const domain = domainOf({
    disks: [{ size: "1 GiB" }, { size: "2 GiB" }],
    overrides: { cpuTune: { shares: 2048 }, devices: { disks: [{}, { driver: { queues: 4 } }] } },
  });
  expect(domain.cpu_tune).toEqual({ shares: 2048 });
  expect(domain.devices.disks[0].driver).not.toHaveProperty("queues");
  expect(domain.devices.disks[1]).toMatchObject({ driver: { queues: 4, type: "qcow2" }, target: { dev: "vdb" } });
});

describe("disks", () => {
  test("of an image keep the differences to one volume that all guests of the pool share", () => {
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
  test("of all kinds get the names that the guest sees them by", () => {
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
  test("beyond the 26th go on with two letters", () => {
    const { devices } = domainOf({ disks: Array.from({ length: 28 }, () => ({ size: "1 GiB" })) });
    expect(devices.disks.slice(25).map(({ target }: Json) => target.dev)).toEqual(["vdz", "vdaa", "vdab"]);
  });
  test("go to the pool that they name, else the VM's", () => {
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

describe("networks", () => {
  test("are joined by reference, and a fixed address is kept in the network's DHCP with the guest's MAC", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    new VM(host, "web1", { memory: "1 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] });
    const { resource } = synthesize(host);
    const nic = resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces[0];
    expect(nic).toEqual({
      model: { type: "virtio" },
      mac: { address: expect.stringMatching(/^52:54:00(:[0-9a-f]{2}){3}$/) },
      source: { network: { network: "${libvirt_network.lan.name}" } },
    });
    expect(resource["libvirt_network"]?.["lan"]?.["ips"][0].dhcp.hosts).toEqual([{ mac: nic.mac.address, name: "web1", ip: "10.0.0.10" }]);
  });
  test("a MAC address stays when other interfaces come before it", () => {
    const macs = (networks: (lan: Network) => VMProps["networks"]): string[] => {
      const host = newHost();
      return domainOf({ networks: networks(new Network(host, "lan", { ipv4: "10.0.0.0/24" })) ?? [] }, host).devices.interfaces.map(
        ({ mac }: Json) => mac.address,
      );
    };
    const [alone] = macs((lan) => [lan]);
    const both = macs((lan) => [Bridge.existing("br0"), lan]);
    expect(both[1]).toBe(alone);
    expect(new Set(macs((lan) => [lan, lan, lan])).size).toBe(3);
  });
  test("carry model, queues, MTU, VLAN and a MAC of one's own", () => {
    const { devices } = domainOf({
      networks: [
        {
          bridge: Bridge.openVSwitch("ovs0"),
          mac: "52-54-00-AA-BB-CC",
          vlan: [10, 20],
          model: "virtio",
          queues: 4,
          mtu: 9000,
          link: "down",
        },
      ],
    });
    expect(devices.interfaces).toEqual([
      {
        model: { type: "virtio" },
        mac: { address: "52:54:00:aa:bb:cc" },
        source: { bridge: { bridge: "ovs0" } },
        virtual_port: { params: { open_v_switch: {} } },
        vlan: { trunk: "yes", tags: [{ id: 10 }, { id: 20 }] },
        driver: { name: "vhost", queues: 4 },
        mtu: { size: 9000 },
        link: { state: "down" },
      },
    ]);
  });
  test("a name alone is a libvirt network that the host has", () => {
    expect(domainOf({ networks: ["default"] }).devices.interfaces[0].source).toEqual({ network: { network: "default" } });
  });
  test("can be added later, with a reservation", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    new VM(host, "web1", { memory: "1 GiB" }).addNetwork({ network: lan, ip: "10.0.0.9" });
    const { resource } = synthesize(host);
    expect(resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces).toHaveLength(1);
    expect(resource["libvirt_network"]?.["lan"]?.["ips"][0].dhcp.hosts[0].ip).toBe("10.0.0.9");
  });
});

describe("the address of a VM", () => {
  test("is what apply waited for, found by its MAC address", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    const vm = new VM(host, "web1", { memory: "1 GiB", networks: [lan], waitForIp: { timeout: "90 s", source: "lease" } });
    new TerraformOutput(host, "ip", { value: vm.ip });
    const { resource, data, output } = synthesize(host);
    const nic = resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces[0];
    expect(nic.wait_for_ip).toEqual({ timeout: 90, source: "lease" });
    expect(Object.values(data?.["libvirt_domain_interface_addresses"] ?? {})).toMatchObject([
      { domain: "${libvirt_domain.web1.uuid}", source: "lease" },
    ]);
    expect(output?.["ip"]?.["value"]).toContain(`if lower(i.hwaddr) == "${nic.mac.address}"`);
  });
  test("is the reserved one where nothing waits", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    expect(new VM(host, "web1", { memory: "1 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] }).ip).toBe("10.0.0.10");
  });
  test("needs one of the two", () => {
    const vm = new VM(newHost(), "web1", { memory: "1 GiB", networks: ["default"] });
    expect(errorOf(() => vm.ip)).toBe(
      [
        "apply does not wait until the guest has an address, so there may be none to tell",
        "  while: ip of VM kvm1/web1",
        '  fix: set waitForIp: true, or reserve one: networks: [{ network, ip: "10.0.0.10" }]',
        "  code: CDKVM_NO_ADDRESS",
      ].join("\n"),
    );
  });
});

test("the cloud-init drive is on SATA where the guest's disks are: it may have no virtio drivers", () => {
  const { devices } = domainOf({ disks: [{ size: "1 GiB", bus: "sata" }], cloudInit: {} });
  expect(devices.disks.map(({ target }: Json) => target)).toEqual([
    { dev: "sdb", bus: "sata" },
    { dev: "sda", bus: "sata" },
  ]);
  expect(devices.controllers).toBeUndefined();
});

test("cloud-init props become a disk of their own, in the first drive, with the guest's host name", () => {
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

describe("what is wrong with a VM is said with its path, the prop, the value and the fix", () => {
  const of = (props: Json): string => errorOf(() => new VM(newHost(), "web1", props)).split("\n  while:")[0] ?? "";
  test.each([
    [{ memory: 4096 }, 'memory: 4096 has no unit; did you mean "4096 MiB" or "4096 GiB"?'],
    [{ memory: "4 GB1" }, 'memory: "4 GB1" is not a size; write a number and a unit, as in "4 GiB"'],
    [{}, 'memory: it is missing; give it one, as "512 MiB"'],
    [{ memory: "1 GiB", disk: [] }, 'there is no prop "disk"; did you mean "disks"?'],
    [{ memory: "1 GiB", cpus: "2" }, 'cpus: "2" is not a number; did you mean 2?'],
    [{ memory: "1 GiB", firmware: "efi" }, 'firmware: "efi" is unknown; did you mean "uefi"?'],
    [{ memory: "2 GiB", maxMemory: "1 GiB" }, "maxMemory: 1 GiB is less than memory, which is 2 GiB"],
    [{ memory: "1 GiB", initrd: "/x" }, "initrd: it goes with kernel, which is missing"],
    [
      { memory: "1 GiB", disks: [{}] },
      'disks[0]: nothing says what the disk is; give it a size, as in "20 GiB", an image, a volume, a block device, a file, or a cdrom',
    ],
    [
      { memory: "1 GiB", networks: [{ network: "default", ip: "10.0.0" }] },
      'networks[0].ip: "10.0.0" is not an IP address; an address is as "10.0.0.10" or "fd00::10"',
    ],
    [
      { memory: "1 GiB", networks: [{ network: "default", mac: "01:00:5e:00:00:01" }] },
      "networks[0].mac: 01:00:5e:00:00:01 is a multicast address, which no guest may have; use one that starts with 52:54:00",
    ],
    [{ memory: "1 GiB", shutdownTimeout: "90" }, 'shutdownTimeout: 90 has no unit; did you mean "90 s" or "90 min"?'],
    [
      { memory: "1 GiB", cloudInit: { users: [{ name: "Ops" }] } },
      'cloudInit.users[0].name: "Ops" is not a user name; it has up to 32 lower-case letters, digits, "-" and "_"',
    ],
    [{ memory: "1 GiB", cpus: 4, cpu: { topology: { cores: 3 } } }, "cpu.topology: 1 x 1 x 3 x 1 is 3 CPUs, and cpus is 4"],
    [{ memory: "1 GiB", name: "a/b" }, 'name: "a/b" has "/" in it; did you mean "a-b"?'],
  ])("%j", (props, problem) => {
    expect(of(props)).toBe(problem);
  });
  test("all of it at once", () => {
    expect(errorOf(() => new VM(newHost(), "web1", { memory: "1", cpus: 0, bootorder: [] } as never))).toBe(
      [
        "3 props are wrong:",
        "  - cpus: 0 is out of range; it is at least 1",
        '  - memory: 1 has no unit; did you mean "1 GiB" or "1 MiB"?',
        '  - there is no prop "bootorder"; did you mean "bootOrder"?',
        "  while: VM kvm1/web1",
        "  code: CDKVM_PROPS",
      ].join("\n"),
    );
  });
  test("a fixed address where cdkvm hands out none", () => {
    const program = (): VM => new VM(newHost(), "web1", { memory: "1 GiB", networks: [{ network: "default", ip: "192.168.122.5" }] });
    expect(errorOf(program)).toContain(
      'networks: nothing that cdkvm made hands out addresses on the network "default", so 192.168.122.5 cannot be kept there',
    );
  });
  test("an image's overlay in a pool of block devices", () => {
    const host = newHost();
    const pool = StoragePool.logical(host, "lvm", { volumeGroup: "vg0" });
    const program = (): VM => new VM(host, "web1", { memory: "1 GiB", pool, disks: [{ image: "https://example.org/debian.qcow2" }] });
    expect(errorOf(program)).toContain(
      'disks: a pool of type "logical" holds block devices, which cannot lie on top of the image kvm1/image-debian',
    );
  });
});
