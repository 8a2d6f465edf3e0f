import { describe, expect, test } from "vitest";
import { StoragePool, VM } from "../../constructs/index.ts";
import { errorOf, newHost, type Json } from "./synth.ts";

describe("an invalid VM is reported with its path, the prop, the value and the fix", () => {
  const of = (props: Json): string => errorOf(() => new VM(newHost(), "web1", props)).split("\n  while:")[0] ?? "";
  test.each([
    [{ memory: 4096 }, 'memory: 4096 has no unit; did you mean "4096 MiB" or "4096 GiB"?'],
    [{ memory: "4 GB1" }, 'memory: "4 GB1" is not a size; write a number and a unit, for example "4 GiB"'],
    [{}, 'memory: required; for example "512 MiB"'],
    [{ memory: "1 GiB", disk: [] }, 'unknown prop "disk"; did you mean "disks"?'],
    [{ memory: "1 GiB", cpus: "2" }, 'cpus: "2" is not a number; did you mean 2?'],
    [{ memory: "1 GiB", firmware: "efi" }, 'firmware: unknown value "efi"; did you mean "uefi"?'],
    [{ memory: "2 GiB", maxMemory: "1 GiB" }, "maxMemory: 1 GiB is less than memory (2 GiB); raise maxMemory, or lower memory"],
    [{ memory: "1 GiB", initrd: "/x" }, "initrd: this requires kernel; set kernel too, or remove initrd"],
    [
      { memory: "1 GiB", disks: [{}] },
      'disks[0]: the disk has no source and no size; set size, for example "20 GiB", or one of image, volume, block, file and cdrom',
    ],
    [
      { memory: "1 GiB", networks: [{ network: "default", ip: "10.0.0" }] },
      'networks[0].ip: "10.0.0" is not an IP address; for example "10.0.0.10" or "fd00::10"',
    ],
    [
      { memory: "1 GiB", networks: [{ network: "default", mac: "01:00:5e:00:00:01" }] },
      "networks[0].mac: 01:00:5e:00:00:01 is a multicast address, which no interface can have; use an address that starts with 52:54:00",
    ],
    [{ memory: "1 GiB", shutdownTimeout: "90" }, 'shutdownTimeout: 90 has no unit; did you mean "90 s" or "90 min"?'],
    [
      { memory: "1 GiB", cloudInit: { users: [{ name: "Ops" }] } },
      'cloudInit.users[0].name: "Ops" is not a user name; use up to 32 lowercase letters, digits, "-" and "_", and start with a letter or "_"',
    ],
    [{ memory: "1 GiB", cpus: 4, cpu: { topology: { cores: 3 } } }, "cpu.topology: 1 x 1 x 3 x 1 is 3 CPUs, but cpus is 4"],
    [
      { memory: "1 GiB", machine: "pc", pciSlots: 8 },
      "pciSlots: only a PCI Express machine, q35 or virt, has PCI slots to set; remove pciSlots",
    ],
    [{ memory: "1 GiB", name: "a/b" }, 'name: "a/b" contains "/"; did you mean "a-b"?'],
  ])("%j", (props, problem) => {
    expect(of(props)).toBe(problem);
  });
  test("all of it at once", () => {
    expect(errorOf(() => new VM(newHost(), "web1", { memory: "1", cpus: 0, bootorder: [] } as never))).toBe(
      [
        "3 problems:",
        "  - cpus: 0 is too small; the minimum is 1",
        '  - memory: 1 has no unit; did you mean "1 GiB" or "1 MiB"?',
        '  - unknown prop "bootorder"; did you mean "bootOrder"?',
        "  while: VM kvm1/web1",
        "  code: CDKVM_PROPS",
      ].join("\n"),
    );
  });
  test("a fixed address on a network without DHCP", () => {
    const program = (): VM => new VM(newHost(), "web1", { memory: "1 GiB", networks: [{ network: "default", ip: "192.168.122.5" }] });
    expect(errorOf(program)).toContain('networks: cdkvm does not manage the network "default", and cannot reserve 192.168.122.5 there');
  });
  test("an image's overlay in a pool of block devices", () => {
    const host = newHost();
    const pool = StoragePool.logical(host, "lvm", { volumeGroup: "vg0" });
    const program = (): VM => new VM(host, "web1", { memory: "1 GiB", pool, disks: [{ image: "https://example.org/debian.qcow2" }] });
    expect(errorOf(program)).toContain(
      'disks: a pool of type "logical" holds block devices, which cannot be overlays on the image kvm1/image-debian',
    );
  });
});
