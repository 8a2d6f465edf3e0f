import { describe, expect, test } from "vitest";
import { ByteSize, Disk, VM } from "../../constructs/index.ts";
import { newHost, synthesize } from "./synth.ts";
import { domainOf } from "./vm-domain.ts";

describe("a VM with only memory", () => {
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
  test("has five minutes to shut down before it is turned off", () => {
    expect(domain.destroy).toEqual({ graceful: true, shutdown: { timeout: 300 } });
    expect(domain.update).toEqual({ shutdown: { timeout: 300 } });
  });
});

test("can omit console, agent and rng", () => {
  const { devices } = domainOf({ console: false, agent: false, rng: false });
  expect(Object.keys(devices)).toEqual(["mem_balloon"]);
});

test("under emulation a VM gets the best emulated CPU, even if it asks for the host's", () => {
  expect(domainOf({}, newHost({ acceleration: "qemu" }))).toMatchObject({ type: "qemu", cpu: { mode: "maximum" } });
  expect(domainOf({ cpu: "host-model" }, newHost({ acceleration: "qemu" })).cpu).toEqual({ mode: "maximum" });
});

test("maxMemory and maxCpus limit the growth of the running guest", () => {
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

test("PCI slots are root ports, in addition to the controllers that its disks need", () => {
  const { controllers } = domainOf({ pciSlots: 3, disks: [{ size: "1 GiB", bus: "scsi" }] }).devices;
  expect(controllers).toEqual([
    ...[1, 2, 3].map((index) => ({ type: "pci", index, model: "pcie-root-port" })),
    { type: "scsi", index: 0, model: "virtio-scsi" },
  ]);
});

test("a kernel boots directly, without a boot order", () => {
  const { os } = domainOf({ kernel: "/boot/vmlinuz", initrd: "/boot/initrd.img", cmdline: "console=ttyS0" });
  expect(os).toMatchObject({ kernel: "/boot/vmlinuz", initrd: "/boot/initrd.img", cmdline: "console=ttyS0" });
  expect(os).not.toHaveProperty("boot_devices");
});

test("a boot order has libvirt's device names", () => {
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

test("a TPM is emulated version 2.0 by default", () => {
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
