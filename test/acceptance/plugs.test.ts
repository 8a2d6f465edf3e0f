import { afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const IMAGES = "/var/lib/libvirt/images";
const disk = (dev: string, bus = "virtio"): Block => ({
  driver: { name: "qemu", type: "raw" },
  source: { file: { file: `${IMAGES}/${dev}.raw` } },
  target: { dev, bus },
});

/** A guest without a system, which gives back what its machine lets go of. */
const guest = (machine: string, disks: readonly Block[], more: Block = {}): Block => ({
  name: "web1",
  type: "qemu",
  memory: 64,
  memory_unit: "MiB",
  vcpu: 1,
  os: { type: "hvm", type_arch: "x86_64", type_machine: machine },
  running: true,
  destroy: { graceful: false },
  update: { shutdown: { timeout: 1 } },
  devices: { disks },
  ...more,
});

describeWithHosts("devices that a running guest has no slot for", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
    await host.exec("sh", ["-c", `cd ${IMAGES} && for dev in vda vdb vdc vdd sda; do truncate -s 8M $dev.raw; done`]);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });
  const write = (web1: Block): Promise<void> => work.write({ libvirt_domain: { web1 } });
  const pid = async (host: Host): Promise<string> => (await host.readFile("/run/libvirt/qemu/web1.pid")).trim();
  const targets = async (host: Host): Promise<string[]> =>
    [...(await host.virsh("domblklist", "web1", "--details")).matchAll(/disk +(\S+)/g)].map((match) => match[1] ?? "");

  test("are added with a restart, which the plan explains and which can be forbidden", async ({ host }) => {
    await write(guest("q35", [disk("vda")]));
    await work.apply();
    const first = await pid(host);

    await write(guest("q35", [disk("vda"), disk("vdb")]));
    expect(await work.plan()).toMatchObject({ actions: ["update libvirt_domain.web1"], warnings: [] });
    await work.apply();
    expect(await pid(host)).toBe(first);

    const more = [disk("vda"), disk("vdb"), disk("vdc")];
    await write(guest("q35", more, { restart: "never" }));
    const [refusal] = await work.failingPlan();
    expect(refusal?.detail).toContain("CDKVM_RESTART_REFUSED");

    await write(guest("q35", more));
    expect((await work.plan()).warnings).toEqual([
      "web1 will restart: disk vdc added",
      "web1 has to be off for this (disk vdc added): no PCI slot is free",
    ]);
    await work.apply();
    expect(await pid(host)).not.toBe(first);
    expect(await targets(host)).toEqual(["vda", "vdb", "vdc"]);
    expect((await work.plan()).actions).toEqual([]);
  });

  test("are added live if it has slots for them; too few are not an error", async ({ host }) => {
    const slots = (count: number): Block[] => Array.from({ length: count }, (_, index) => ({ type: "pci", index: index + 1, model: "pcie-root-port" })); // prettier-ignore
    for (const [count, warnings] of [
      [12, 0],
      [2, 2],
    ] as const) {
      const of = (...disks: Block[]): Block => guest("q35", [], { devices: { disks, controllers: slots(count) } });
      await write(of(disk("vda")));
      await work.apply();
      expect((await work.plan()).actions).toEqual([]);
      const before = await pid(host);
      await write(of(disk("vda"), disk("vdb"), disk("vdc"), disk("vdd")));
      expect((await work.plan()).warnings).toHaveLength(warnings);
      await work.apply();
      expect((await pid(host)) === before).toBe(warnings === 0);
      expect(await targets(host)).toEqual(["vda", "vdb", "vdc", "vdd"]);
      expect((await work.plan()).actions).toEqual([]);
      await work.destroy();
    }
  });

  test("that are older network cards need a restart, which adds a bridge for the next one; removing an on-board device needs one", async ({
    host,
  }) => {
    const nic = (number: number, type: string, more: Block = {}): Block => ({
      mac: { address: `52:54:00:00:00:0${number}` },
      source: { network: { network: "${libvirt_network.lan.name}" } },
      model: { type },
      ...more,
    });
    const onBoard = { address: { pci: { domain: 0, bus: 0, slot: 5, function: 0 } } };
    const steps: readonly (readonly [interfaces: readonly Block[], told: number])[] = [
      [[nic(1, "virtio", onBoard)], 0],
      [[nic(1, "virtio", onBoard), nic(2, "e1000")], 2],
      [[nic(1, "virtio", onBoard), nic(2, "e1000"), nic(3, "rtl8139")], 0],
      [[nic(2, "e1000"), nic(3, "rtl8139")], 2],
    ];
    let before = "";
    for (const [interfaces, told] of steps) {
      await work.write({
        libvirt_network: { lan: { name: "lan", bridge: { name: "lan0" } } },
        libvirt_domain: { web1: guest("q35", [], { devices: { interfaces } }) },
      });
      expect((await work.plan()).warnings).toHaveLength(told);
      await work.apply();
      if (before !== "") expect((await pid(host)) === before).toBe(told === 0);
      before = await pid(host);
      expect((await host.virsh("domiflist", "web1")).match(/52:54/g)).toHaveLength(interfaces.length);
      expect((await work.plan()).actions).toEqual([]);
    }
  });

  test("on SATA are added and removed with a restart", async ({ host }) => {
    await write(guest("q35", [disk("vda")]));
    await work.apply();
    for (const [disks, word] of [
      [[disk("vda"), disk("sda", "sata")], "added"],
      [[disk("vda")], "removed"],
    ] as const) {
      const before = await pid(host);
      await write(guest("q35", disks));
      expect((await work.plan()).warnings).toEqual([
        `web1 will restart: disk sda ${word}`,
        `web1 has to be off for this (disk sda ${word}): sata does not support hot-plug`,
      ]);
      await work.apply();
      expect(await pid(host)).not.toBe(before);
      expect(await targets(host)).toHaveLength(disks.length);
      expect((await work.plan()).actions).toEqual([]);
    }
  });

  test("are added with a restart to a PC without ACPI, and live to one with it", async ({ host }) => {
    for (const [features, warnings] of [
      [{ acpi: true }, []],
      [
        { apic: {} },
        [
          "web1 will restart: disk vdb added",
          "web1 has to be off for this (disk vdb added): a PC without ACPI does not support PCI hot-plug",
        ],
      ],
    ] as const) {
      await write(guest("pc", [disk("vda")], { features }));
      await work.apply();
      const before = await pid(host);
      await write(guest("pc", [disk("vda"), disk("vdb")], { features }));
      expect((await work.plan()).warnings).toEqual(warnings);
      await work.apply();
      expect((await pid(host)) === before).toBe(warnings.length === 0);
      expect(await targets(host)).toEqual(["vda", "vdb"]);
      await work.destroy();
    }
  });
});
