import { afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const guest = (more: Block = {}): Block => ({
  name: "web1",
  type: "qemu",
  memory: 64,
  memory_unit: "MiB",
  vcpu: 1,
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
  cpu: { mode: "maximum" },
  destroy: { shutdown: { timeout: 1 } },
  update: { shutdown: { timeout: 1 } },
  ...more,
});
const os = (more: Block): Block => ({ os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", ...more } });

describeWithHosts("a plan finds what the host cannot do", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(() => work.remove());

  const write = (web1: Block, more: Record<string, Record<string, Block>> = {}): Promise<void> =>
    work.write({ libvirt_domain: { web1 }, ...more });

  test.for([
    [{ type: "kvm" }, "This host does not offer kvm", '"type"'],
    [os({ type_machine: "pc-q35-99" }), 'This host\'s QEMU has no machine type "pc-q35-99"', '"type_machine"'],
    [os({ type_arch: "riscv64", type_machine: "virt" }), 'This host has no QEMU for the architecture "riscv64"', '"type_arch"'],
    [{ devices: { emulator: "/usr/bin/qemu-none" } }, 'There is no emulator "/usr/bin/qemu-none" on this host', '"emulator"'],
    [{ cpu: { mode: "host-passthrough" } }, "The CPU mode host-passthrough is not offered under emulation", '"mode"'],
    [{ vcpu: 400 }, "vcpu = 400 is more than the 288 that this machine type takes", '"vcpu"'],
    [os({ firmware: "bios" }), "This host has no bios firmware for this machine type", '"firmware"'],
    [
      os({ type_machine: "pc", firmware: "efi", firmware_info: { features: [{ name: "secure-boot", enabled: "yes" }] } }),
      "This host has no firmware with secure boot for this machine type",
      '"enabled"',
    ],
    [{ devices: { disks: [{ device: "cdrom", target: { dev: "hda", bus: "ide" } }] } }, 'This machine type has no disk bus "ide"', '"bus"'],
    [{ devices: { videos: [{ model: { type: "parallels" } }] } }, 'This machine type has no video model "parallels"', '"type"'],
    [
      { devices: { tpms: [{ model: "tpm-spapr", backend: { emulator: {} } }] } },
      'This machine type has no TPM model "tpm-spapr"',
      '"model"',
    ],
  ] as const)("%j: %s", { timeout: 30_000 }, async ([more, summary, code]) => {
    await write(guest(more));
    const [error] = await work.failingPlan();
    expect(error?.summary).toBe(summary);
    expect(error?.detail).toContain("fix: ");
    expect(error?.snippet?.code).toContain(code);
  });

  test(
    "a network and a pool that nothing has are a warning at their names, and none where the plan makes them",
    { timeout: 60_000 },
    async () => {
      const devices = {
        disks: [{ source: { volume: { pool: "nopool", volume: "x" } }, target: { dev: "vda", bus: "virtio" } }],
        interfaces: [{ source: { network: { network: "nonet" } } }],
      };
      await write(guest({ devices }));
      expect((await work.plan()).warnings.toSorted()).toEqual([
        'There is no network "nonet" on this host',
        'There is no storage pool "nopool" on this host',
      ]);
      await write(guest({ devices: { interfaces: [{ source: { network: { network: "${libvirt_network.lan.name}" } } }] } }), {
        libvirt_network: { lan: { name: "nonet", bridge: { name: "vbr5" } } },
      });
      expect((await work.plan()).warnings).toEqual([]);
    },
  );

  test('restart = "never" makes a restart an error at plan time, and leaves live changes alone', { timeout: 90_000 }, async ({ host }) => {
    await write(guest({ running: true, restart: "never" }));
    await work.apply();
    await write(guest({ running: true, restart: "never", title: "Web", vcpu: 2 }));
    const [error] = await work.failingPlan();
    expect(error?.summary).toMatch(/^web1 would have to restart \(.+\), and restart = "never" forbids it$/);
    expect(error?.snippet?.code).toContain('"vcpu"');
    await write(guest({ running: true, restart: "never", title: "Web" }));
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    await write(guest({ running: true, restart: "allowed", title: "Web", vcpu: 2 }));
    expect((await work.plan()).warnings).toEqual([expect.stringMatching(/^web1 will restart: /)]);
    await work.apply();
    expect((await work.plan()).changes).toBe(false);
    expect(await host.virsh("vcpucount", "web1", "--maximum", "--config")).toBe("2");
    await work.destroy();
  });

  test("a volume that goes away, or is made anew, is a warning that its data will be lost", { timeout: 60_000 }, async () => {
    const pool = { libvirt_pool: { p: { name: "data", type: "dir", target: { path: "/var/lib/libvirt/data" } } } };
    const volume = (format: string): Block => ({
      name: "db.img",
      pool: "${libvirt_pool.p.name}",
      capacity: 1,
      capacity_unit: "MiB",
      target: { format: { type: format } },
    });
    await work.write({ ...pool, libvirt_volume: { db: volume("raw") } });
    await work.apply();
    const lost = { changes: true, warnings: ["The data of volume db.img will be lost"] };
    await work.write({ ...pool, libvirt_volume: { db: volume("qcow2") } });
    expect(await work.plan()).toMatchObject({ ...lost, actions: ["delete-create libvirt_volume.db"] });
    await work.write(pool);
    expect(await work.plan()).toMatchObject({ ...lost, actions: ["delete libvirt_volume.db"] });
    await work.destroy();
  });
});
