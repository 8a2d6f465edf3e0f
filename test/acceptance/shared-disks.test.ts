import { afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const guest = (name: string, disk: Block): Block => ({
  name,
  type: "qemu",
  memory: 64,
  memory_unit: "MiB",
  vcpu: 1,
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
  running: true,
  destroy: { graceful: false },
  devices: { disks: [{ driver: { name: "qemu", type: "qcow2" }, target: { dev: "vda", bus: "virtio" }, ...disk }] },
});
const volume = { source: { volume: { pool: "vols", volume: "${libvirt_volume.data.name}" } } };

describeWithHosts("a disk of two guests", () => {
  let work: Workspace;
  beforeEach<{ host: { uri: string } }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(async () => {
    await work.destroy();
    await work.remove();
  });

  const write = (more: Record<string, Block>): Promise<void> =>
    work.write({
      libvirt_pool: { vols: { name: "vols", type: "dir", target: { path: "/var/lib/libvirt/vols" } } },
      libvirt_volume: {
        data: {
          name: "data.qcow2",
          pool: "${libvirt_pool.vols.name}",
          capacity: 8,
          capacity_unit: "MiB",
          target: { format: { type: "qcow2" } },
        },
      },
      libvirt_domain: more,
    });

  test("that both would write to is refused by the plan, by name, and nothing is created", async ({ host }) => {
    await write({ one: guest("one", volume), two: guest("two", volume) });
    const [error, ...more] = await work.failingPlan();
    expect(more).toEqual([]);
    expect(error?.summary).toMatch(/^volume vols\/data\.qcow2 is a disk of (one|two) already, and both would write to it$/);
    expect(error?.detail).toContain("CDKVM_DISK_SHARED");
    await work.failingApply();
    expect((await host.virsh("list", "--all", "--name")).trim()).toBe("");
  });

  test("is shared if both say so, or if one only reads it", async ({ host }) => {
    const raw = { ...volume, driver: { name: "qemu", type: "raw" } };
    await write({ one: guest("one", { ...raw, shareable: true }), two: guest("two", { ...raw, shareable: true }) });
    await work.apply();
    expect((await host.virsh("list", "--name")).trim().split("\n").toSorted()).toEqual(["one", "two"]);
    await write({ one: guest("one", raw), two: guest("two", { ...raw, read_only: true }) });
    expect((await work.plan()).actions).toEqual(["update libvirt_domain.one", "update libvirt_domain.two"]);
  });
});
